// SPDX-License-Identifier: Apache-2.0
// What a face costs in the network of a model, alone and in batches.
//   bench_predict MODEL_FOLDER [THREADS [SECONDS]]     milliseconds a face, of the clock and of the processor
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "bench/report.hpp"
#include "lib/base/stopwatch.hpp"
#include "lib/training/net_predictor.hpp"

int main(int argc, char** argv) {
  using namespace understudy;
  if (argc < 2) return 2;
  const int threads = argc > 2 ? std::atoi(argv[2]) : 0;
  const double seconds = argc > 3 ? std::atof(argv[3]) : 5;
  std::vector<std::string> warnings;
  auto predictor = open_model_predictor(argv[1], {threads, true}, warnings);
  if (!predictor) {
    std::fprintf(stderr, "%s\n", to_sentence(predictor.error()).c_str());
    return 1;
  }
  const int side = (*predictor)->resolution();
  for (const int batch : {1, 2, 4, 8, 1}) {
    std::vector<ImageF> faces(static_cast<std::size_t>(batch), ImageF(side, side, 3, 0.5f));
    if (!(*predictor)->predict(faces, 1)) return 1;
    const Stopwatch watch;
    const std::clock_t begin = std::clock();
    int done = 0;
    for (; watch.seconds() < seconds; done += batch) static_cast<void>((*predictor)->predict(faces, 1));
    print_result(fmt::format("predict.batch_{}", batch), 1000 * watch.seconds() / done, "ms/face");
    print_result(fmt::format("predict.batch_{}.cpu", batch),
                 1000.0 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC / done, "ms/face");
  }
  return 0;
}
