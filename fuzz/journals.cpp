// SPDX-License-Identifier: Apache-2.0
// What steps keep of their work as JSON: manifests of frames, the extraction's journal, the labels'.
#include <fstream>

#include "fuzz/target.hpp"
#include "lib/base/scratch_folder.hpp"
#include "lib/face/labels/journal.hpp"
#include "lib/media/sequence.hpp"
#include "lib/project/extract_journal.hpp"

namespace understudy::fuzz {
namespace {

fs::path labels_folder() {
  static const ScratchFolder scratch;
  return scratch.path;
}
const char* const of_labels = ".understudy/labels/journal.jsonl";

Bytes manifest() {
  const fs::path path = as_file(nullptr, 0, "seed.json");
  media::Sequence sequence;
  sequence.source = {{"name", "a.mp4"}, {"bytes", 1000}, {"frames", 2}};
  sequence.options = {{"fps", 25}};
  sequence.time_base = {1, 25};
  sequence.ticks = {{"00001", 0}, {"00002", 1}};
  return media::write_sequence(path, sequence) ? *read_file(path) : Bytes();
}

Bytes extraction() {
  const fs::path path = as_file(nullptr, 0, "seed.jsonl");
  fs::remove(path);
  auto journal = Journal::load(path);
  if (!journal || !journal->begin({{"format", "understudy.extract"}, {"version", 1}, {"source", {{"name", "a.mp4"}}}}))
    return {};
  FrameRecord record{.name = "00001.png", .bytes = 100, .files = {"00001_0.jpg"}, .look = "x"};
  record.marks = {{Rect{1, 2, 30, 40}, 7, 8}};
  record.out = {Rect{5, 6, 7, 8}};
  record.times = 3, record.content = 4, record.tracks = {0, 1};
  if (!journal->add(record) || !journal->finish({0, 10})) return {};
  return *read_file(path);
}

Bytes labels() {
  auto journal = LabelJournal::open(labels_folder());
  if (!journal) return {};
  LabelJournal::Addition one;
  one.entry.group = journal->new_group();
  one.entry.what = "drawn";
  one.entry.face = "a.jpg";
  one.entry.identity = 5;
  one.entry.together = 1;
  one.forward = {SetPolygons{{{Polygon::Kind::include, {{1, 2}, {3, 4}, {5, 6}}}}}, SetMask{Bytes{1, 2, 3}}};
  one.backward = {SetMask{}, SetPolygons{}};
  if (!journal->add({one}) || !journal->mark(1, true)) return {};
  return *read_file(labels_folder() / of_labels);
}

}  // namespace

std::vector<Bytes> seeds() { return {manifest(), extraction(), labels()}; }

}  // namespace understudy::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy;
  const fs::path path = fuzz::as_file(data, size, "input.json");
  if (const auto sequence = media::read_sequence(path)) (void)media::write_sequence(path, *sequence);
  if (const auto journal = Journal::load(path)) {
    (void)journal->face_count();
    (void)journal->shots();
  }
  const auto folder = fuzz::labels_folder();
  std::ofstream(folder / fuzz::of_labels, std::ios::binary)
      .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  const auto journal = LabelJournal::open(folder);
  if (!journal) return 0;
  for (const auto& entries : {journal->unfinished(), journal->last_done(), journal->first_undone()})
    for (const auto& entry : entries)
      for (const bool forward : {true, false}) (void)journal->operations(entry, forward);
  return 0;
}
