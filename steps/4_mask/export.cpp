// SPDX-License-Identifier: Apache-2.0
#include <mutex>

#include "lib/base/frame_files.hpp"
#include "lib/base/lock.hpp"
#include "lib/base/made_files.hpp"
#include "lib/base/path_text.hpp"
#include "lib/face/face_mask.hpp"
#include "lib/image/convert.hpp"
#include "lib/jobs/each.hpp"
#include "lib/jobs/tally.hpp"
#include "lib/project/faceset_folder.hpp"
#include "lib/project/output.hpp"
#include "steps/4_mask/exchange.hpp"
#include "steps/4_mask/face_source.hpp"
#include "steps/4_mask/label_formats.hpp"

namespace understudy {
namespace {

// Writes the files of single faces; thread-safe.
class Exporter {
 public:
  Exporter(const FaceSource& faces, const MaskExportOptions& options, const fs::path& folder, MadeFiles& made,
           Aside& aside, Tally& tally)
      : faces_(faces), options_(options), folder_(folder), made_(made), aside_(aside), tally_(tally) {}

  Result<> put(std::size_t i) {
    const auto info = faces_.info(i);
    const auto size = info ? faces_.size(i) : Result<ImageSize>(Failure(info.error()));
    auto mask =
        size ? stored_mask(*info, size->width, size->height) : Result<std::optional<ImageF>>(Failure(size.error()));
    if (!mask) {
      tally_.skip(faces_.name(i), mask.error());
      return {};
    }
    const bool labels = !info->polygons.empty();
    if (!labels && !*mask) return {};
    if (*mask && wants(LabelExport::masks)) {
      TRY(const Bytes png, encode_png(to_u8_rounded(**mask)));
      TRY_VOID(write(named(i, "_mask.png"), png, "masks"));
    }
    if (labels) TRY_VOID(put_labels(i, {faces_.name(i), *size, info->polygons}));
    if (!with_pictures()) return {};
    TRY(const Bytes jpeg, faces_.jpeg(i));
    return write(faces_.name(i), jpeg, "pictures");
  }
  Result<> finish() {
    if (!wants(LabelExport::coco) || labelled_.empty()) return {};
    std::ranges::sort(labelled_, {}, &LabelledPicture::name);
    return write_text("coco.json", json_text(coco_json(labelled_), 1) + "\n", "coco");
  }

 private:
  bool wants(LabelExport what) const { return options_.what == LabelExport::all || options_.what == what; }
  bool with_pictures() const { return options_.pictures || faces_.packed(); }
  fs::path named(std::size_t i, const char* ending) const {
    const fs::path name = faces_.name(i);
    return name.parent_path() / fitting_name(name.stem().string(), ending);
  }
  Result<> put_labels(std::size_t i, LabelledPicture one) {
    if (wants(LabelExport::labelme)) {
      const fs::path beside = made_.folder() / fs::path(faces_.name(i)).parent_path();
      const auto picture = with_pictures() ? fs::path(faces_.name(i)).filename()
                                           : (folder_ / faces_.name(i)).lexically_proximate(beside);
      TRY_VOID(write_text(named(i, ".json"), json_text(labelme_json(one, picture.string()), 1) + "\n", "labelme"));
    }
    const std::lock_guard lock(mutex_);
    labelled_.push_back(std::move(one));
    return {};
  }
  Result<> write(const fs::path& name, std::span<const std::uint8_t> content, const char* what) {
    TRY_VOID(aside_.make_way(made_, name));
    TRY_VOID(made_.write(name, content));
    tally_.count(what);
    return {};
  }
  Result<> write_text(const fs::path& name, const std::string& text, const char* what) {
    return write(name, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, what);
  }

  const FaceSource& faces_;
  const MaskExportOptions& options_;
  const fs::path& folder_;
  MadeFiles& made_;
  Aside& aside_;
  Tally& tally_;
  std::mutex mutex_;
  std::vector<LabelledPicture> labelled_;
};

}  // namespace

Result<std::string> export_labels(const std::filesystem::path& folder, const std::filesystem::path& target,
                                  const MaskExportOptions& options, Run& run) {
  TRY_VOID(check_output(target, {folder}));
  TRY_VOID(look_at_faceset(folder));
  TRY(const auto faces, FaceSource::open(folder));
  TRY(const auto lock, lock_folder(target));
  remove_temporaries(target);
  TRY(auto made, MadeFiles::open(target));
  Aside aside(target, [&run](std::string text) { run.note(std::move(text)); });
  run.stage("write");
  Tally tally(run);
  for (const char* count : {"masks", "labelme", "coco"}) tally.count(count, 0);
  Exporter exporter(faces, options, folder, made, aside, tally);
  const auto one = [&exporter](std::size_t i, unsigned) { return exporter.put(i); };
  TRY_VOID(for_each_index(faces.count(), options.threads, run, "faces", one));
  TRY_VOID(exporter.finish());
  tally.set("folder", path_text(target));
  if (!aside.where().empty()) tally.set("backup", path_text(aside.where()));
  return tally.report();
}

}  // namespace understudy
