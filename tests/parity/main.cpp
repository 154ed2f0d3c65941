// SPDX-License-Identifier: Apache-2.0
// Walks a golden manifest: parity [-v] [--set FOLDER | --record FOLDER] [part of an id or group ...]. Without a folder
// the whole reference data, where they are. --record writes our own outputs into it (scripts/make_goldens.py).
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>

#include "lib/base/stopwatch.hpp"
#include "tests/parity/golden.hpp"

namespace understudy::parity {
namespace {

constexpr int skipped_status = 77;

struct Tally {
  int passed = 0, failed = 0, skipped = 0;
  double seconds = 0;
};

struct Report {
  std::map<std::string, Tally> groups;
  std::map<std::string, int> not_built;  // by concept
  std::vector<std::string> failures;
  std::vector<std::string> open;
};

std::vector<Row> all_handlers() {
  std::vector<Row> rows;
  for (auto part : {geometry_handlers(), mask_handlers(), colour_handlers(), faceset_handlers(), sort_handlers(),
                    merge_handlers(), training_handlers(), judge_handlers()}) {
    rows.insert(rows.end(), part.begin(), part.end());
  }
  return rows;
}

const Row* find_row(const std::vector<Row>& rows, const Case& one) {
  const Row* best = nullptr;
  const auto text = one.concept_text();
  for (const auto& row : rows) {
    if (row.group != one.group() || !text.starts_with(row.concept_start)) continue;
    if (!best || row.concept_start.size() > best->concept_start.size()) best = &row;
  }
  return best;
}

// "as the corresponding case above": the first case of the group whose id begins with the named method.
void resolve_tolerance(Case& one, const std::vector<Case>& all) {
  if (!one.tolerance().starts_with("as the corresponding case")) return;
  const auto method = one.params().value("ct_mode", "") + "_";
  for (const auto& other : all) {
    if (other.group() == one.group() && other.id().starts_with(method)) return one.set_tolerance(other.tolerance());
  }
}

void run_case(const Case& one, const Row& row, bool verbose, Report& report) {
  Check check(one);
  const Stopwatch watch;
  try {
    row.handler(one, check);
    if (check.comparisons() == 0) check.fail("nothing was compared");
  } catch (const std::exception& error) {
    check.fail(error.what());
  }
  auto& tally = report.groups[one.group()];
  const double seconds = watch.seconds();
  tally.seconds += seconds;
  const bool good = check.failures().empty(), open = !good && !row.open_question.empty();
  ++(good ? tally.passed : open ? tally.skipped : tally.failed);
  const std::string psnr = check.lowest_psnr() < 200 ? fmt::format(", {:.1f} dB", check.lowest_psnr()) : "";
  if (verbose) fmt::print("  {} {} ({:.2f} s{})\n", good ? "ok  " : open ? "open" : "FAIL", one.id(), seconds, psnr);
  for (const auto& failure : check.failures()) {
    if (open) report.open.push_back(fmt::format("{}: {} ({})", one.id(), failure, row.open_question));
    if (!open) report.failures.push_back(fmt::format("{}: {}", one.id(), failure));
  }
}

bool wanted(const Case& one, const std::vector<std::string>& filters) {
  return filters.empty() || std::ranges::any_of(filters, [&one](const auto& filter) {
           return one.id().find(filter) != std::string::npos || one.group().find(filter) != std::string::npos;
         });
}

int print(const Report& report) {
  Tally total;
  for (const auto& [name, tally] : report.groups) {
    fmt::print("{:<14} {:>4} passed {:>4} failed {:>4} skipped  {:6.1f} s\n", name, tally.passed, tally.failed,
               tally.skipped, tally.seconds);
    total.passed += tally.passed;
    total.failed += tally.failed;
    total.skipped += tally.skipped;
  }
  if (!report.not_built.empty()) fmt::print("\nnot built yet:\n");
  for (const auto& [concept_text, count] : report.not_built)
    fmt::print("  {:>3} x {}\n", count, concept_text.substr(0, 110));
  if (!report.open.empty()) fmt::print("\nopen:\n");
  for (const auto& text : report.open) fmt::print("  {}\n", text);
  if (!report.failures.empty()) fmt::print("\nfailures:\n");
  for (const auto& failure : report.failures) fmt::print("  {}\n", failure);
  fmt::print("\n{} passed, {} failed, {} skipped\n", total.passed, total.failed, total.skipped);
  return total.failed > 0 ? 1 : 0;
}

void take_folders(const std::vector<FolderResult>& folders, const std::string& group, Report& report) {
  for (const auto& folder : folders) {
    auto& tally = report.groups[group];
    ++(folder.failures.empty() ? tally.passed : tally.failed);
    for (const auto& failure : folder.failures) report.failures.push_back(fmt::format("{}: {}", folder.name, failure));
    for (const auto& text : folder.open) report.open.push_back(fmt::format("{}: {}", folder.name, text));
  }
}

struct Set {
  fs::path folder;
  bool whole = true;  // the reference data, which need not be there
  bool records = false;
};

Set set_of(std::vector<std::string>& arguments) {
  for (const std::string option : {"--set", "--record"}) {
    const auto at = std::ranges::find(arguments, option);
    if (at == arguments.end() || at + 1 == arguments.end()) continue;
    const Set set{*(at + 1), false, option == "--record"};
    arguments.erase(at, at + 2);
    return set;
  }
  const char* folder = std::getenv("UNDERSTUDY_REFERENCE");
  return {folder ? fs::path(folder) : fs::path("../shared/reference")};
}

int run(const std::vector<std::string>& filters, const Set& set, bool verbose) {
  const fs::path& reference = set.folder;
  const auto text = read_text(reference / "golden" / "manifest.json");
  if (!text && !set.whole) {
    fmt::print("{}\n", to_sentence(text.error()));
    return 1;
  }
  if (!text) {
    fmt::print("skipped: no reference data ({}); set UNDERSTUDY_REFERENCE\n", to_sentence(text.error()));
    return skipped_status;
  }
  std::vector<Case> cases;
  const json manifest = json::parse(*text);
  for (const auto& entry : manifest.at("cases")) cases.emplace_back(reference / "golden", entry, set.records);
  const auto rows = all_handlers();
  Report report;
  for (auto& one : cases) {
    if (!wanted(one, filters)) continue;
    const Row* row = find_row(rows, one);
    resolve_tolerance(one, cases);
    if (row && row->handler) {
      run_case(one, *row, verbose, report);
    } else {
      ++report.groups[one.group()].skipped;
      if (!row) ++report.not_built[one.group() + ": " + one.concept_text()];
    }
  }
  if (filters.empty() && set.whole) {
    take_folders(check_dfl_facesets(reference), "dfl_facesets", report);
    take_folders(check_dfl_models(reference), "dfl_models", report);
  }
  return print(report);
}

}  // namespace
}  // namespace understudy::parity

int main(int count, char** arguments) {
  std::vector<std::string> filters(arguments + 1, arguments + count);
  const bool verbose = std::erase(filters, "-v") > 0;
  const auto set = understudy::parity::set_of(filters);
  return understudy::parity::run(filters, set, verbose);
}
