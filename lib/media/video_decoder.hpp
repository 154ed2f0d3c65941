// SPDX-License-Identifier: Apache-2.0
// Internal to lib/media: frame-exact decoding of one video file.
#pragma once

#include <array>
#include <optional>

#include "lib/image/image.hpp"
#include "lib/media/deinterlacer.hpp"
#include "lib/media/frame_source.hpp"
#include "lib/media/hardware.hpp"
#include "lib/media/joined_clock.hpp"
#include "lib/media/packet_index.hpp"
#include "lib/media/tone_map.hpp"

namespace understudy::media {

class VideoDecoder {
 public:
  static Result<VideoDecoder> open(const fs::path&, const DecodeOptions&);

  const VideoInfo& info() const { return info_; }
  std::vector<std::string> remarks() const;
  const ToneMap* tone_map() const { return tone_map_ ? &*tone_map_ : nullptr; }  // null when there is no need for one
  // That frame. Decodes on from where it stands when that is the shorter way, else from the key frame before.
  template <class T>  // std::uint8_t or std::uint16_t
  Result<Image<T>> read(std::int64_t index);

 private:
  VideoDecoder() = default;
  Result<> start_decoder(const DecodeOptions&);
  void complete_light();
  bool decode_one();     // into frame_; false at the end of the file
  bool decode_stored();  // the same as it is stored, with its fields
  void rewind_before(std::int64_t index, int keys_back);
  bool decode_until(std::int64_t index);
  bool ahead_and_near(std::int64_t index) const;
  std::int64_t index_of_frame();   // of frame_, or -1 for one that is not in the index
  bool reach(std::int64_t index);  // so that frame_ is that frame
  template <class T>
  Result<Image<T>> convert();  // frame_, as stored
  std::optional<std::size_t> key_before(std::int64_t index) const;

  VideoInfo info_;
  PacketIndex index_;
  InputPtr input_;
  AVStream* stream_ = nullptr;
  std::optional<Hardware> hardware_;
  bool hardware_refused_ = false;
  std::optional<ToneMap> tone_map_;
  bool own_colours_ = false;  // at 16 bits
  CodecPtr decoder_;
  JoinedClock clock_;                         // of a file with index_.joined
  std::optional<Deinterlacer> deinterlacer_;  // where it is wanted and there is need
  bool deinterlacing_in_vain_ = false;        // wanted, but the file is not interlaced
  bool drained_ = false;                      // the deinterlacer has been told of the end
  SwsPtr scaler_;
  std::array<int, 4> scaler_for_{};  // width, height and format of the frames it was made for, bytes of its output
  PacketPtr packet_;
  FramePtr frame_;
  std::int64_t decoded_ = -1;     // index of the frame in frame_; the decoder stands behind it
  bool held_ = false;             // frame_ has not been asked for yet
  std::int64_t passed_from_ = 0;  // frames from here to decoded_ did not come out of the decoder
  bool fresh_ = true;             // nothing decoded since the last seek
  bool ended_ = false;
};

}  // namespace understudy::media
