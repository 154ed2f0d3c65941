// SPDX-License-Identifier: Apache-2.0
// Options of the verbs that change and show a timeline.
#pragma once

#include <climits>

#include "lib/options/describe.hpp"
#include "lib/timeline/timeline_book.hpp"

namespace understudy {

namespace timeline_rows {
template <class S>
constexpr auto timeline(std::string S::*member) {
  return field("timeline", member).says("Timeline", "Its name: WORKSPACE/.understudy/merge/NAME.json.");
}
template <class S>
constexpr auto shot(int S::*member) {
  return field("shot", member).says("Shot", "Its number in `merge shots`, from 1 on; 0: none.").range(0, INT_MAX);
}
template <class S>
constexpr auto person(std::string S::*member) {
  return field("person", member).says("Person", "A person's number or name in `merge persons`; empty: none.");
}
template <class S>
constexpr auto frame(int S::*member, std::string_view help) {
  return field("frame", member).says("Frame", help).range(0, INT_MAX);
}
template <class S>
constexpr auto input(std::filesystem::path S::*member) {
  return field("input", member)
      .says("Input", "Video or folder of frames; empty: the workspace's dst frames, or else its dst video.");
}
}  // namespace timeline_rows

struct MergeSetOptions {
  std::string frames;
  int shot = 0;
  std::string person;
  bool unset = false;
  std::filesystem::path preset;
  std::string timeline = std::string(usual_timeline);
};
template <>
constexpr auto describe<MergeSetOptions>() {
  using O = MergeSetOptions;
  return std::tuple{
      field("frames", &O::frames).says("Frames", "For these frames alone, from 1 on: 100-250,300."),
      timeline_rows::shot(&O::shot),
      timeline_rows::person(&O::person),
      field("unset", &O::unset).says("Unset", "Take the settings away there; without any named all of them."),
      field("preset", &O::preset).says("Preset", "A JSON file of settings, as `merge show --save` writes it."),
      timeline_rows::timeline(&O::timeline),
  };
}
static_assert(all_described<MergeSetOptions>);

struct MergeKeyOptions {
  std::string frames;
  KeyKind kind = KeyKind::linear;
  int shot = 0;
  std::string person;
  bool remove = false;
  std::string timeline = std::string(usual_timeline);
};
template <>
constexpr auto describe<MergeKeyOptions>() {
  using O = MergeKeyOptions;
  return std::tuple{
      field("frames", &O::frames).says("Frames", "Where the keys are, from 1 on: 1,100,250."),
      field("kind", &O::kind)
          .says("Kind", "How it goes on to the next key; what is no number is held whatever this says."),
      timeline_rows::shot(&O::shot),
      timeline_rows::person(&O::person),
      field("remove", &O::remove).says("Remove", "Remove the keys there; without --frames all of the setting's."),
      timeline_rows::timeline(&O::timeline),
  };
}
static_assert(all_described<MergeKeyOptions>);

struct MergeCopyOptions {
  int frame = 0;
  std::string to;
  std::filesystem::path input;
  std::string timeline = std::string(usual_timeline);
};
template <>
constexpr auto describe<MergeCopyOptions>() {
  using O = MergeCopyOptions;
  return std::tuple{
      timeline_rows::frame(&O::frame, "Whose settings are copied, from 1 on."),
      field("to", &O::to)
          .says("To",
                "previous or next: the frame beside it; first or last: all frames from there to the clip's first or "
                "last; or frames: 100-250,300."),
      timeline_rows::input(&O::input),
      timeline_rows::timeline(&O::timeline),
  };
}
static_assert(all_described<MergeCopyOptions>);

struct MergeShotsOptions {
  int shot = 0;
  int frame = 0;
  std::string name;
  std::filesystem::path input;
  std::string timeline = std::string(usual_timeline);
};
template <>
constexpr auto describe<MergeShotsOptions>() {
  using O = MergeShotsOptions;
  return std::tuple{
      timeline_rows::shot(&O::shot),
      timeline_rows::frame(&O::frame, "split: where the new shot begins; move: where --shot begins, from 1 on."),
      field("name", &O::name).says("Name", "rename: the shot's new one; empty: none."),
      timeline_rows::input(&O::input),
      timeline_rows::timeline(&O::timeline),
  };
}
static_assert(all_described<MergeShotsOptions>);

struct MergePersonsOptions {
  std::string person;
  std::string name;
  std::string model;
  std::filesystem::path aligned;
  std::string timeline = std::string(usual_timeline);
};
template <>
constexpr auto describe<MergePersonsOptions>() {
  using O = MergePersonsOptions;
  return std::tuple{
      timeline_rows::person(&O::person),
      field("name", &O::name).says("Name", "What --person is called from now on."),
      field("model", &O::model)
          .says("Model",
                "Whose model makes --person's face: a name in WORKSPACE/model; none: it stays as it is; own: "
                "that of the merge again."),
      field("aligned", &O::aligned).says("Aligned faces", "Folder of the dst faces; empty: the workspace's."),
      timeline_rows::timeline(&O::timeline),
  };
}
static_assert(all_described<MergePersonsOptions>);

struct MergeShowOptions {
  int frame = 1;
  std::string person;
  std::filesystem::path save;
  std::string timeline = std::string(usual_timeline);
};
template <>
constexpr auto describe<MergeShowOptions>() {
  using O = MergeShowOptions;
  return std::tuple{
      field("frame", &O::frame).says("Frame", "From 1 on.").range(1, INT_MAX),
      timeline_rows::person(&O::person),
      field("save", &O::save).says("Save", "Also write the settings as a preset, a JSON file."),
      timeline_rows::timeline(&O::timeline),
  };
}
static_assert(all_described<MergeShowOptions>);

// merge diff, merge undo, merge redo
struct MergeTimelineOptions {
  std::string timeline = std::string(usual_timeline);
};
template <>
constexpr auto describe<MergeTimelineOptions>() {
  return std::tuple{timeline_rows::timeline(&MergeTimelineOptions::timeline)};
}
static_assert(all_described<MergeTimelineOptions>);

struct MergeImportOptions {
  std::filesystem::path from;
  std::filesystem::path input;
  std::string timeline = std::string(usual_timeline);
};
template <>
constexpr auto describe<MergeImportOptions>() {
  using O = MergeImportOptions;
  return std::tuple{
      field("from", &O::from)
          .says("From", "DeepFaceLab's <model name>_merger_session.dat; empty: the one in WORKSPACE/model."),
      timeline_rows::input(&O::input),
      timeline_rows::timeline(&O::timeline),
  };
}
static_assert(all_described<MergeImportOptions>);

}  // namespace understudy
