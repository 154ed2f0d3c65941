// SPDX-License-Identifier: Apache-2.0
#include "tools/mask/samples.hpp"

#include "lib/face/face_mask.hpp"
#include "lib/face/synthetic/camera_look.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/warp.hpp"
#include "lib/xseg/occluders.hpp"
#include "tools/mask/bank.hpp"

namespace understudy::mask_bank {
namespace {

constexpr std::uint64_t sample_stream = 11;

Result<> photograph(ImageF& bgr, CounterRandom& random) {
  ImageU8 picture = to_u8_rounded(bgr);
  auto camera = synthetic::wild_camera(static_cast<std::uint32_t>(random.next()));
  // A face that is small in its frame: 26 to 64 pixels of 128.
  if (random.uniform() < 0.2) camera.shrink = std::max(camera.shrink, static_cast<float>(random.uniform(2, 5)));
  TRY_VOID(synthetic::apply_camera(picture, camera));
  bgr = to_float(picture);
  return {};
}

}  // namespace

Result<> put_in_the_world(XsegSample& sample, const Landmarks68& landmarks, CounterRandom& random) {
  put_things_before(sample, landmarks, random);
  return random.uniform() < 0.6 ? photograph(sample.bgr, random) : Result<>();
}

MaskSamples::MaskSamples(fs::path bank, int resolution, std::uint64_t seed, bool held_back)
    : bank_(std::move(bank)), resolution_(resolution), seed_(seed), held_back_(held_back) {
  look_for_more();
}

void MaskSamples::look_for_more() {
  std::vector<int> people;
  for (const int person : people_of(bank_)) {
    if ((person % 20 == 19) == held_back_) people.push_back(person);
  }
  std::lock_guard lock(mutex_);
  people_ = std::move(people);
}

std::size_t MaskSamples::people() const {
  std::lock_guard lock(mutex_);
  return people_.size();
}

Result<std::shared_ptr<const MaskSamples::Known>> MaskSamples::known(int person, int play) {
  const int key = person * plays_per_person + play;
  {
    std::lock_guard lock(mutex_);
    if (const auto it = kept_.find(key); it != kept_.end()) return it->second;
  }
  TRY(const Face face, read_face(face_path(bank_, person, play)));
  TRY(const auto mask, stored_mask(face.info, face.image_bgr.width, face.image_bgr.height));
  if (!mask) return fail(Code::bad_file, "{} holds no mask", face_path(bank_, person, play).string());
  auto made = std::make_shared<const Known>(Known{{face.image_bgr, to_u8_rounded(*mask)}, face.info.landmarks});
  std::lock_guard lock(mutex_);
  kept_.emplace(key, made);
  return made;
}

Result<XsegSample> MaskSamples::plain(std::uint64_t place, CounterRandom& random, Landmarks68& landmarks) {
  int person = 0;
  {
    std::lock_guard lock(mutex_);
    person = people_[place % people_.size()];
  }
  TRY(const auto face, known(person, static_cast<int>(random.below(plays_per_person))));
  landmarks = resized(face->landmarks, static_cast<double>(resolution_) / face->face.bgr.width);
  XsegSample sample{to_float(resize(face->face.bgr, resolution_, resolution_, Interpolation::area)),
                    to_float(resize(face->face.mask, resolution_, resolution_, Interpolation::area))};
  for (float& v : sample.mask.data) v = v >= 0.5f ? 1.0f : 0.0f;
  return sample;
}

Result<XsegSample> MaskSamples::sample(std::uint64_t number) {
  CounterRandom random(seed_, sample_stream, number);
  Landmarks68 landmarks, others;
  // Drawn, not in turn: people come while this goes on.
  TRY(XsegSample face, plain(random.next(), random, landmarks));
  TRY(const XsegSample other, plain(random.next(), random, others));
  TRY_VOID(put_in_the_world(face, landmarks, random));
  // In half of them colours stay as a camera sees them: that is what most films look like.
  return random.uniform() < 0.5 ? moved(face, &other, random) : augmented(face, &other, random);
}

Result<MaskBatch> MaskSamples::batch(std::int64_t k, int size) {
  std::vector<ImageF> bgr, masks;
  for (int i = 0; i < size; ++i) {
    TRY(auto one, sample(static_cast<std::uint64_t>(k * size + i)));
    bgr.push_back(std::move(one.bgr));
    masks.push_back(std::move(one.mask));
  }
  return MaskBatch{to_tensor(bgr), to_tensor(masks)};
}

}  // namespace understudy::mask_bank
