// SPDX-License-Identifier: Apache-2.0
#include "steps/3_faceset/verb.hpp"

#include "lib/project/faceset_folder.hpp"
#include "lib/project/output.hpp"
#include "steps/3_faceset/enhance.hpp"
#include "steps/3_faceset/import.hpp"
#include "steps/3_faceset/metadata.hpp"
#include "steps/3_faceset/names.hpp"
#include "steps/3_faceset/packing.hpp"
#include "steps/3_faceset/pictures.hpp"
#include "steps/3_faceset/resize.hpp"

namespace understudy {
namespace {

// A verb that works on one side's folder of faces.
template <class Options, class Tool>
Verb tool_verb(const char* name, const char* summary, const char* examples, Tool tool) {
  return make_verb<Options>(
      fmt::format("faceset {}", name), summary, examples, {{"side", "Whose faces: src or dst", {"src", "dst"}}},
      [tool](const Options& options, const std::vector<Row>&, const Call& call, Run& run) -> Result<std::string> {
        TRY(const Workspace workspace, open_workspace(call.workspace));
        TRY(const Side side, parse_side(call.positionals.at("side")));
        const auto folder = faceset_folder(workspace, side, options.input);
        if constexpr (requires { options.output; }) TRY_VOID(check_output(workspace, options.output, {folder}));
        return tool(workspace, side, folder, options, run);
      });
}

// The same for a tool that needs to know only the folder.
template <class Options>
Verb folder_verb(const char* name, const char* summary, const char* examples,
                 Result<std::string> (*tool)(const fs::path&, const Options&, Run&)) {
  return tool_verb<Options>(name, summary, examples,
                            [tool](const Workspace&, Side, const fs::path& folder, const Options& options, Run& run) {
                              return tool(folder, options, run);
                            });
}

Result<std::string> save(const fs::path& folder, const FolderOptions&, Run& run) { return save_metadata(folder, run); }

Result<fs::path> frames_of(const Workspace& workspace, Side side, const ResizeOptions& options) {
  if (!options.from_frames) return fs::path();
  if (!options.frames.empty()) return options.frames;
  return workspace.frames_or_video(side);
}

Result<std::string> resize_them(const Workspace& workspace, Side side, const fs::path& folder,
                                const ResizeOptions& options, Run& run) {
  TRY(const fs::path frames, frames_of(workspace, side, options));
  const fs::path results = options.output.empty() ? fs::path(folder.string() + "_resized") : options.output;
  return resize_faceset({folder, results, frames}, options, run);
}

Result<std::string> enhance(const Workspace&, Side, const fs::path& folder, const EnhanceOptions& options, Run& run) {
  const fs::path results = options.output.empty() ? fs::path(folder.string() + "_enhanced") : options.output;
  return enhance_faceset({folder, results}, options, run);
}

}  // namespace

std::vector<Verb> faceset_tool_verbs() {
  return {
      folder_verb("pack", "Put all faces into one faceset.pak",
                  "understudy faceset pack src\nunderstudy faceset pack dst --keep", pack_faceset),
      folder_verb("unpack", "Write the faces of a faceset.pak back as files", "understudy faceset unpack src",
                  unpack_faceset),
      tool_verb<FaceImportOptions>("import", "Copy the faces of another folder or faceset.pak into a faceset",
                                   "understudy faceset import src --from ~/actor/data_src/aligned\n"
                                   "understudy faceset import src --from actor/faceset.pak",
                                   import_faces),
      folder_verb("save-metadata", "Keep the faces' metadata in meta.dat while their pictures are edited elsewhere",
                  "understudy faceset save-metadata src", save),
      folder_verb("restore-metadata", "Give edited pictures their metadata back from meta.dat",
                  "understudy faceset restore-metadata src", restore_metadata),
      folder_verb("recover-names", "Name the faces after their frames again",
                  "understudy faceset recover-names src\nunderstudy faceset recover-names src --dry-run",
                  recover_names),
      folder_verb("landmarks", "Save pictures of the faces with their landmarks drawn in",
                  "understudy faceset landmarks dst", draw_landmark_pictures),
      folder_verb("export-masks", "Save the faces' masks as pictures", "understudy faceset export-masks src",
                  export_masks),
      folder_verb(
          "delete", "Move faces to the trash folder",
          "understudy faceset delete src --names 00012_1.jpg,00013_0.jpg\nunderstudy faceset delete dst --list bad.txt",
          delete_faces),
      folder_verb("restore", "Bring faces back from the trash folder",
                  "understudy faceset restore src\nunderstudy faceset restore src --names 00012_1.jpg", restore_faces),
      folder_verb("undo", "Take back the last change of the faces: thrown out, brought back, persons, marks",
                  "understudy faceset undo src", undo_change),
      folder_verb("redo", "Do again what was taken back last", "understudy faceset redo src", redo_change),
      tool_verb<ResizeOptions>(
          "resize", "Change the size of the faces, or how much of the head they show",
          "understudy faceset resize src --image-size 384\n"
          "understudy faceset resize src --face-type head --image-size 768 --from-frames --replace",
          resize_them),
      tool_verb<EnhanceOptions>(
          "enhance", "Make the faces sharper and cleaner with a network",
          "understudy faceset enhance src\n"
          "understudy faceset enhance src --network realesr-general-x4v3.onnx --image-size 768\n"
          "understudy faceset enhance src --network gfpgan.onnx --value-range signed --strength 0.7",
          enhance),
  };
}

}  // namespace understudy
