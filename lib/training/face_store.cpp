// SPDX-License-Identifier: Apache-2.0
#include "lib/training/face_store.hpp"

#include <utility>

namespace understudy {
namespace {

constexpr std::size_t most_tries = 16;  // this many unreadable faces in a row: the disk is gone, not a file damaged

}  // namespace

FaceStore::FaceStore(FaceList faces, const SampleRules& rules, std::uint64_t budget_bytes)
    : faces_(std::move(faces)), rules_(rules), budget_(budget_bytes), kept_(faces_.count()) {}

template <class Read>
auto FaceStore::next_readable(std::size_t index, const Read& read) -> decltype(read(index)) {
  decltype(read(index)) last = fail(Code::no_faces, "No face can be read");
  for (std::size_t tries = 0; tries < std::min(count(), most_tries); ++tries) {
    const std::size_t i = (index + tries) % count();
    last = read(i);
    if (last) return last;
    std::lock_guard lock(mutex_);
    if (told_.insert(i).second) warnings_.push_back(to_sentence(last.error()));
  }
  return last;
}

Result<std::shared_ptr<const PreparedFace>> FaceStore::face(std::size_t index) {
  return next_readable(index, [this](std::size_t i) { return prepared(i); });
}

Result<ImageU8> FaceStore::picture(std::size_t index) {
  return next_readable(index, [this](std::size_t i) { return faces_.picture(i); });
}

// Two threads may prepare the same face at the same time; both results are the same.
Result<std::shared_ptr<const PreparedFace>> FaceStore::prepared(std::size_t i) {
  {
    std::lock_guard lock(mutex_);
    if (kept_[i]) return kept_[i];
  }
  TRY(const auto face, faces_.face(i));
  auto made = prepare_face(face.image_bgr, face.info, rules_);
  if (!made) return during(made.error(), fmt::format("preparing face {}", faces_.name(i)));
  auto shared = std::make_shared<const PreparedFace>(*std::move(made));
  const std::uint64_t bytes =
      (shared->bgr.data.size() + shared->mask.data.size() + shared->eyes_mouth.data.size()) * sizeof(float);
  std::lock_guard lock(mutex_);
  if (!kept_[i] && used_ + bytes <= budget_) {
    used_ += bytes;
    kept_[i] = shared;
  }
  return shared;
}

std::vector<std::string> FaceStore::take_warnings() {
  std::lock_guard lock(mutex_);
  return std::exchange(warnings_, {});
}

std::uint64_t FaceStore::bytes_kept() const {
  std::lock_guard lock(mutex_);
  return used_;
}

}  // namespace understudy
