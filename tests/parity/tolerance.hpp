// SPDX-License-Identifier: Apache-2.0
// The manifest states each case's tolerance in words. This reads those words, so that a case with another tolerance
// needs no new code. Understood, in any combination:
//   clauses        "A; B" and "A, B"; a clause may begin with the names of the outputs it is for ("mask:", "images",
//                  "mapx/mapy", "2x2 part"); text in brackets is a remark
//   limits         "max abs N", "abs N", "mean abs N", "rel N", "PSNR >= N dB", "<= N% of pixels", "pixels off by >3:
//   <= N%",
//                  "<=N% pixels beyond M", "exact"
//   numbers        1e-3, 4/255, 1-2 (the larger), 1e-4*(1+name) with a parameter of the case
//   conditions     "N for *_pattern, N otherwise" (matched against the case's parameters)
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace understudy::parity {

struct Limits {
  std::optional<double> max_abs, mean_abs, relative, psnr;
  std::optional<double> off_percent;  // share of pixels that may differ by more than off_by
  double off_by = 0;
  bool exact = false;
  bool either = false;  // "rel A / abs B": one of the two is enough; "abs A + rel B": they add up
  bool empty() const { return !max_abs && !mean_abs && !relative && !psnr && !off_percent && !exact; }
};

// The limits for one output: of the clauses that name it, else of those that name nothing, else (all clauses name
// others) the last bit of 8.
Limits limits_for(std::string_view text, std::string_view output, const nlohmann::json& params);

}  // namespace understudy::parity
