// SPDX-License-Identifier: Apache-2.0
#include "steps/4_mask/verb.hpp"

#include "lib/project/faceset_folder.hpp"
#include "steps/4_mask/check_masks.hpp"
#include "steps/4_mask/exchange.hpp"
#include "steps/4_mask/fetch.hpp"
#include "steps/4_mask/labelling.hpp"
#include "steps/4_mask/sheet.hpp"
#include "steps/4_mask/status.hpp"

namespace understudy {
namespace {

// A verb that needs one side's folder of faces.
template <class Options>
Verb folder_verb(const char* name, const char* summary, const char* examples,
                 std::function<Result<std::string>(const fs::path&, const Options&, Run&)> tool) {
  return make_verb<Options>(
      fmt::format("mask {}", name), summary, examples, {{"side", "Whose faces: src or dst", {"src", "dst"}}},
      [tool](const Options& options, const std::vector<Row>&, const Call& call, Run& run) -> Result<std::string> {
        TRY(const Workspace workspace, open_workspace(call.workspace));
        TRY(const Side side, parse_side(call.positionals.at("side")));
        return tool(faceset_folder(workspace, side, options.input), options, run);
      });
}

// The same for one that also has a folder of results, <input><suffix> unless --output names another.
template <class Options>
Verb output_verb(const char* name, const char* summary, const char* examples, const char* suffix,
                 Result<std::string> (*tool)(const fs::path&, const fs::path&, const Options&, Run&)) {
  return folder_verb<Options>(
      name, summary, examples, [tool, suffix](const fs::path& folder, const Options& options, Run& run) {
        const fs::path target = options.output.empty() ? fs::path(folder.string() + suffix) : options.output;
        return tool(folder, target, options, run);
      });
}

Result<std::string> import_from(const fs::path& folder, const MaskImportOptions& options, Run& run) {
  return import_labels(folder, options.from.empty() ? fs::path(folder.string() + "_labels") : options.from, options,
                       run);
}

}  // namespace

std::vector<Verb> mask_verbs() {
  return {
      folder_verb<MaskStatusOptions>("status", "Count labels and masks, and how far they agree",
                                     "understudy mask status src", mask_status),
      folder_verb<MaskLabelOptions>("label", "Draw, carry over, take back: operations on the faces' labels",
                                    "understudy mask label src --apply labels.json\n"
                                    "understudy mask label dst --carry-from 00012_0.jpg\n"
                                    "understudy mask label src --undo",
                                    label_faces),
      output_verb<MaskFetchOptions>("fetch", "Copy the labelled faces to a folder of their own",
                                    "understudy mask fetch dst\nunderstudy mask fetch dst --move", "_xseg",
                                    fetch_labelled),
      folder_verb<MaskRemoveOptions>("remove-labels", "Remove the labels from the faces",
                                     "understudy mask remove-labels src", remove_labels),
      folder_verb<MaskRemoveOptions>("remove", "Remove the applied masks from the faces", "understudy mask remove src",
                                     remove_masks),
      output_verb<MaskExportOptions>("export", "Write masks and labels as files that other programs read",
                                     "understudy mask export src\nunderstudy mask export src --what coco", "_labels",
                                     export_labels),
      folder_verb<MaskImportOptions>("import", "Take masks and labels from files of other programs",
                                     "understudy mask import src\nunderstudy mask import src --from annotations.json",
                                     import_from),
      output_verb<MaskSheetOptions>("sheet", "Draw pages that show faces and their masks",
                                    "understudy mask sheet dst\nunderstudy mask sheet dst --faces labelled", "_sheet",
                                    draw_mask_sheet),
      output_verb<MaskCheckOptions>("check", "Find the masks that are most likely wrong", "understudy mask check dst",
                                    "_check", check_masks),
  };
}

}  // namespace understudy
