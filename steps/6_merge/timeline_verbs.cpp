// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/timeline_verbs.hpp"

#include "steps/6_merge/timeline_tools.hpp"

namespace understudy {
namespace {

std::string text_of(const Call& call, const char* positional) {
  const auto found = call.positionals.find(positional);
  return found == call.positionals.end() ? std::string() : found->second;
}

template <class Options>
Verb tool_verb(const char* name, const char* summary, const char* examples, std::vector<Positional> positionals,
               std::function<Result<std::string>(const Workspace&, const Options&, const Call&, Run&)> tool) {
  return make_verb<Options>(
      fmt::format("merge {}", name), summary, examples, std::move(positionals),
      [tool](const Options& options, const std::vector<Row>&, const Call& call, Run& run) -> Result<std::string> {
        TRY(const Workspace workspace, open_workspace(call.workspace));
        return tool(workspace, options, call, run);
      });
}

Verb set_verb() {
  return tool_verb<MergeSetOptions>("set", "Set settings of the merge for the clip, a shot, a person or frames",
                                    "  understudy merge set erode=10,blur=40\n"
                                    "  understudy merge set mode=seamless --frames 100-250,300\n"
                                    "  understudy merge set blur=60 --shot 2\n"
                                    "  understudy merge set blur --unset --shot 2",
                                    {{"values", "KEY=VALUE, several with commas between; with --unset KEY", {}, false}},
                                    [](const Workspace& workspace, const MergeSetOptions& o, const Call& call, Run&) {
                                      return set_settings(workspace, text_of(call, "values"), o);
                                    });
}

Verb key_verb() {
  return tool_verb<MergeKeyOptions>("key", "Set keys: values at frames, between which a setting moves",
                                    "  understudy merge key blur=20 --frames 1\n"
                                    "  understudy merge key blur=60 --frames 250 --kind smooth\n"
                                    "  understudy merge key blur --remove --frames 250",
                                    {{"values", "KEY=VALUE, several with commas between; with --remove KEY", {}}},
                                    [](const Workspace& workspace, const MergeKeyOptions& o, const Call& call, Run&) {
                                      return set_keys(workspace, text_of(call, "values"), o);
                                    });
}

Verb copy_verb() {
  return tool_verb<MergeCopyOptions>("copy", "Copy a frame's settings to other frames, as DeepFaceLab's merger does",
                                     "  understudy merge copy --frame 120 --to next\n"
                                     "  understudy merge copy --frame 120 --to last\n"
                                     "  understudy merge copy --frame 120 --to 300-400",
                                     {}, [](const Workspace& workspace, const MergeCopyOptions& o, const Call&, Run&) {
                                       return copy_frame(workspace, o);
                                     });
}

Verb shots_verb() {
  return tool_verb<MergeShotsOptions>(
      "shots", "List, find, split, join, rename and move the shots of the clip",
      "  understudy merge shots\n"
      "  understudy merge shots find\n"
      "  understudy merge shots split --frame 120\n"
      "  understudy merge shots join --shot 2                with the one behind it\n"
      "  understudy merge shots rename --shot 2 --name near",
      {{"action",
        "What to do; without: list. find looks for the cuts",
        {"list", "find", "split", "join", "rename", "move"},
        false}},
      [](const Workspace& workspace, const MergeShotsOptions& o, const Call& call, Run& run) {
        const auto action = text_of(call, "action");
        return edit_shots(workspace, action.empty() ? "list" : action, o, run);
      });
}

Verb persons_verb() {
  return tool_verb<MergePersonsOptions>(
      "persons", "List the persons in the clip, name them, and say which model makes whose face",
      "  understudy merge persons\n"
      "  understudy merge persons --person 0 --name anna --model anna_saehd\n"
      "  understudy merge persons --person 1 --model none",
      {}, [](const Workspace& workspace, const MergePersonsOptions& o, const Call&, Run&) {
        return edit_persons(workspace, o);
      });
}

Verb show_verb() {
  return tool_verb<MergeShowOptions>("show", "Show the settings at a frame, and where each comes from",
                                     "  understudy merge show --frame 120\n"
                                     "  understudy merge show --frame 120 --save soft.json",
                                     {},
                                     [](const Workspace& workspace, const MergeShowOptions& o, const Call&, Run& run) {
                                       return show_frame(workspace, o, run);
                                     });
}

Verb diff_verb() {
  return tool_verb<MergeTimelineOptions>(
      "diff", "Tell what differs between two frames, or between two timelines",
      "  understudy merge diff 100 120\n"
      "  understudy merge diff main second",
      {{"a", "A frame's number, or a timeline's name", {}}, {"b", "The other", {}}},
      [](const Workspace& workspace, const MergeTimelineOptions& o, const Call& call, Run&) {
        return diff(workspace, text_of(call, "a"), text_of(call, "b"), o);
      });
}

Verb way_verb(const char* name, const char* summary, bool undo) {
  return tool_verb<MergeTimelineOptions>(name, summary, fmt::format("  understudy merge {}", name).c_str(), {},
                                         [undo](const Workspace& workspace, const MergeTimelineOptions& o, const Call&,
                                                Run&) { return undo_or_redo(workspace, o, undo); });
}

Verb import_verb() {
  return tool_verb<MergeImportOptions>("import-session", "Take over what was set in DeepFaceLab's interactive merger",
                                       "  understudy merge import-session\n"
                                       "  understudy merge import-session --from new_SAEHD_merger_session.dat",
                                       {},
                                       [](const Workspace& workspace, const MergeImportOptions& o, const Call&,
                                          Run& run) { return import_session(workspace, o, run); });
}

}  // namespace

std::vector<Verb> timeline_verbs() {
  return {set_verb(),
          key_verb(),
          copy_verb(),
          shots_verb(),
          persons_verb(),
          show_verb(),
          diff_verb(),
          way_verb("undo", "Take back the last change of the timeline", true),
          way_verb("redo", "Do again what was taken back last", false),
          import_verb()};
}

}  // namespace understudy
