// SPDX-License-Identifier: Apache-2.0
// Event files that TensorBoard reads (tensorboard --logdir MODEL/tensorboard), without its libraries. The format:
// - records as TensorFlow's TFRecord documentation has them ("TFRecords format details"): u64 length, masked CRC-32C of
//   the length, the data, masked CRC-32C of the data, all little-endian; mask: rotate right by 15, add 0xa282ead8;
// - each record is an Event message (tensorboard/compat/proto/event.proto, summary.proto) in protobuf's wire encoding.
#pragma once

#include <cstdint>
#include <fstream>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/files.hpp"
#include "lib/image/image.hpp"

namespace understudy {

// CRC-32C (Castagnoli), as RFC 3720 B.4 has it: of "123456789" it is 0xE3069283.
std::uint32_t crc32c(std::span<const std::uint8_t>);

// Appends to one file, a new one per run; every event is flushed. Safe to call from several threads. After a failure
// the file's end is not known: scalars() and image() each tell it once, and nothing more is written.
class EventWriter {
 public:
  // Makes FOLDER/events.out.tfevents.<seconds>.understudy. Readers drop what earlier files hold beyond `iteration`: a
  // run that went back to an older save writes it anew.
  static Result<std::unique_ptr<EventWriter>> open(const fs::path& folder, std::int64_t iteration);

  Result<> scalars(std::int64_t iteration, const std::vector<std::pair<std::string, double>>& values);
  // The run goes on from `iteration` again: readers drop what was written beyond it.
  Result<> went_back(std::int64_t iteration);
  // As a PNG that is marked as synthetic.
  Result<> image(std::int64_t iteration, std::string_view tag, const ImageU8& bgr);
  const fs::path& path() const { return path_; }

 private:
  explicit EventWriter(fs::path path);
  Result<> add(std::string_view event);
  Failure failure() const;

  std::mutex mutex_;
  fs::path path_;
  std::ofstream file_;
  bool broken_ = false, told_by_image_ = false;
};

}  // namespace understudy
