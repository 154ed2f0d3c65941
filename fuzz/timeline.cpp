// SPDX-License-Identifier: Apache-2.0
// Timelines, their operations, frames in words, and sessions of DeepFaceLab's merger.
#include <nlohmann/json.hpp>

#include "fuzz/target.hpp"
#include "lib/timeline/merger_session.hpp"
#include "lib/timeline/random_operations.hpp"
#include "lib/timeline/session_bytes.hpp"

namespace understudy::fuzz {

std::vector<Bytes> seeds() {
  Timeline timeline;
  RandomOperations random(3);
  nlohmann::json operations = nlohmann::json::array();
  for (int i = 0; i < 40; ++i) {
    const auto operation = random.next(timeline);
    operations.push_back(to_json(operation));
    check(perform(operation, timeline).has_value(), "made-up operations fit");
  }
  const auto text = timeline_text(timeline), list = operations.dump();
  using S = SessionBytes;
  return {{text.begin(), text.end()},
          {list.begin(), list.end()},
          S::session({S::frame("00001.png", {{"mode", S::text("seamless")},
                                             {"mask_mode", S::number(4)},
                                             {"erode_mask_modifier", S::number(7)}}),
                      S::frame("00002.png", {})}),
          {'1', '-', '9', ',', '3', '0'}};
}

}  // namespace understudy::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy;
  (void)read_merger_session(fuzz::as_file(data, size, "session.dat"));
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto frames = parse_frames(text)) check(parse_frames(frames_text(*frames)) == *frames, "frames come back");
  if (const auto timeline = timeline_from_text(text))
    check(timeline_from_text(timeline_text(*timeline)) == *timeline, "a timeline comes back");
  const auto list = nlohmann::json::parse(data, data + size, nullptr, false);
  if (!list.is_array()) return 0;
  Timeline timeline;
  for (const auto& one : list) {
    const auto operation = timeline_operation_from_json(one);
    if (!operation) continue;
    const Timeline before = timeline;
    const auto back = perform(*operation, timeline);
    check(back || timeline == before, "what does not fit changes nothing");
    if (!back) continue;
    Timeline again = timeline;
    check(perform(*back, again) && again == before, "an operation is taken back by its inverse");
  }
  return 0;
}
