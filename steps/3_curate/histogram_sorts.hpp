// SPDX-License-Identifier: Apache-2.0
// The sorts that compare every picture's histogram with many others' (spec pipeline.md 5.1, 5.3).
#pragma once

#include <span>
#include <vector>

#include "lib/jobs/run.hpp"
#include "lib/measures/histogram.hpp"

namespace understudy {

// The chain of DeepFaceLab's "hist": from the first picture on, the remaining one with the smallest sum of the three
// channels' Bhattacharyya distances is swapped into the next place. The order is exactly that of comparing all pairs;
// most pairs are ruled out by histograms of 16 bins, whose distance is never larger. Result: the pictures' numbers.
Result<std::vector<std::size_t>> histogram_chain(std::span<const Histograms>, Run&);

// For each picture, the sum of its `hull` histogram's distances to all others.
Result<std::vector<double>> histogram_strangeness(std::span<const Histograms>, int threads, Run&);

}  // namespace understudy
