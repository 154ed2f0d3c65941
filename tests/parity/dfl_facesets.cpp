// SPDX-License-Identifier: Apache-2.0
// Facesets that DeepFaceLab itself wrote: every folder under dfl/facesets is read in full, whatever lies in it.
#include <algorithm>

#include "lib/face/faceset.hpp"
#include "tests/parity/golden.hpp"

namespace understudy::parity {
namespace {

using Failures = std::vector<std::string>;

void check_faces(const Faceset& set, Failures& failures) {
  for (const auto& name : set.skipped()) failures.push_back(name + " is not read");
  for (std::size_t i = 0; i < set.entries().size(); ++i) {
    const auto& entry = set.entries()[i];
    const auto image = set.image(i);
    if (!image) failures.push_back(to_sentence(image.error()));
    const auto info = set.full_info(i);
    if (!info) {
      failures.push_back(to_sentence(info.error()));
      continue;
    }
    if (info->landmarks != entry.info.landmarks) failures.push_back(entry.file_name + ": landmarks differ");
    if (info->polygons != entry.info.polygons) failures.push_back(entry.file_name + ": polygons differ");
    if (info->xseg_mask != entry.info.xseg_mask) failures.push_back(entry.file_name + ": mask differs");
    if (!info->source_landmarks || !info->source_rect || info->source_filename.empty())
      failures.push_back(entry.file_name + ": source data is missing");
    if (info->xseg_mask && !decode_mask(*info->xseg_mask))
      failures.push_back(entry.file_name + ": the mask does not decode");
  }
}

void check_meta(const fs::path& path, const Faceset& set, Failures& failures) {
  const auto saved = read_meta_dat(path);
  if (!saved) return failures.push_back(to_sentence(saved.error()));
  for (const auto& one : *saved) {
    const auto entry = std::ranges::find(set.entries(), one.file_name, &FacesetEntry::file_name);
    if (entry == set.entries().end()) {
      failures.push_back("meta.dat names " + one.file_name);
    } else if (entry->info.landmarks != one.info.landmarks || entry->info.polygons != one.info.polygons) {
      failures.push_back("meta.dat differs for " + one.file_name);
    }
  }
}

void check_layout(const fs::path& path, const Faceset& set, Failures& failures) {
  const auto text = read_text(path);
  if (!text) return failures.push_back(to_sentence(text.error()));
  const auto layout = json::parse(*text);
  if (layout.at("n") != set.entries().size()) failures.push_back("the number of faces is not the layout's");
  for (std::size_t i = 0; i < set.entries().size(); ++i) {
    const auto offset = layout.at("data_start").get<std::uint64_t>() + layout.at("offsets").at(i).get<std::uint64_t>();
    if (set.entries()[i].offset != offset) failures.push_back(set.entries()[i].file_name + ": offset differs");
  }
}

}  // namespace

std::vector<FolderResult> check_dfl_facesets(const fs::path& reference) {
  std::vector<FolderResult> results;
  std::error_code error;
  for (const auto& item : fs::directory_iterator(reference / "dfl" / "facesets", error)) {
    if (!item.is_directory()) continue;
    FolderResult result{item.path().filename().string(), {}};
    const auto set = Faceset::open(item.path());
    if (!set) {
      result.failures.push_back(to_sentence(set.error()));
    } else {
      check_faces(*set, result.failures);
      if (fs::exists(item.path() / "meta.dat")) check_meta(item.path() / "meta.dat", *set, result.failures);
      if (const auto layout = item.path() / "faceset.pak.layout.json"; fs::exists(layout))
        check_layout(layout, *set, result.failures);
    }
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace understudy::parity
