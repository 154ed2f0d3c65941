// SPDX-License-Identifier: Apache-2.0
// Runs a target on its seeds and on random changes of them: bits, bytes, numbers at the limits, cuts, repeats.
//   fuzz_NAME [ROUNDS] [SEED]     a crash tells the round; "fuzz_NAME FILE" runs one input
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>
#include <string>

#include "fuzz/target.hpp"

namespace {

using understudy::Bytes;
volatile std::sig_atomic_t current_round = 0;

void tell_round(int signal) {
  std::fprintf(stderr, "crashed (signal %d) in round %d\n", signal, static_cast<int>(current_round));
  std::_Exit(1);
}

// In memory of just that size: a vector keeps room behind its end, where reading too far is not seen by sanitizers.
void run(const Bytes& input) {
  const auto exact = std::make_unique<std::uint8_t[]>(input.size());
  std::copy(input.begin(), input.end(), exact.get());
  LLVMFuzzerTestOneInput(exact.get(), input.size());
}

class Mutator {
 public:
  explicit Mutator(std::uint64_t seed) : random_(seed) {}
  Bytes changed(Bytes bytes) {
    for (auto n = 1 + below(6); n > 0; --n) change(bytes);
    return bytes;
  }
  std::size_t below(std::size_t n) { return n == 0 ? 0 : random_() % n; }

 private:
  void change(Bytes& b) {
    if (b.empty()) return b.push_back(static_cast<std::uint8_t>(random_()));
    const std::size_t at = below(b.size());
    const auto part = [&] { return 1 + below(std::min<std::size_t>(64, b.size() - at)); };
    switch (below(7)) {
      case 0:
        b[at] = static_cast<std::uint8_t>(b[at] ^ (1u << below(8)));
        break;
      case 1:
        b[at] = static_cast<std::uint8_t>(random_());
        break;
      case 2:
        put_limit(b, at);
        break;
      case 3:
        b.resize(at);
        break;
      case 4:
        b.erase(b.begin() + static_cast<long>(at), b.begin() + static_cast<long>(at + part()));
        break;
      case 5: {
        const Bytes copy(b.begin() + static_cast<long>(at), b.begin() + static_cast<long>(at + part()));
        b.insert(b.begin() + static_cast<long>(below(b.size())), copy.begin(), copy.end());
        break;
      }
      default:
        b.insert(b.begin() + static_cast<long>(at), part(), static_cast<std::uint8_t>(random_()));
    }
  }
  // What lengths and offsets overflow at, in 1, 2, 4 or 8 bytes of either order.
  void put_limit(Bytes& b, std::size_t at) {
    static constexpr std::uint64_t limits[] = {0,          1,          0x7f,       0xff,       0x7fff,
                                               0xffff,     0x10000,    0x7fffffff, 0xffffffff, 0x100000000,
                                               1ull << 62, 1ull << 63, ~0ull,      ~0ull - 7};
    const std::uint64_t value = limits[below(std::size(limits))];
    const std::size_t width = std::min(std::size_t{1} << below(4), b.size() - at);
    const bool big_endian = below(2) == 0;
    for (std::size_t i = 0; i < width; ++i)
      b[at + (big_endian ? width - 1 - i : i)] = static_cast<std::uint8_t>(value >> (8 * i));
  }
  std::mt19937_64 random_;
};

}  // namespace

int main(int count, char** arguments) {
  const std::string first = count > 1 ? arguments[1] : "2000";
  if (!first.empty() && first.find_first_not_of("0123456789") != std::string::npos) {
    const auto input = understudy::read_file(first);
    if (!input) return 2;
    return run(*input), 0;
  }
  for (const int signal : {SIGSEGV, SIGABRT, SIGFPE, SIGILL, SIGBUS}) std::signal(signal, tell_round);
  const auto all = understudy::fuzz::seeds();
  for (const auto& seed : all) run(seed);
  Mutator mutator(count > 2 ? std::strtoull(arguments[2], nullptr, 10) : 1);
  const int rounds = std::atoi(first.c_str());
  for (int round = 0; round < rounds; ++round) {
    current_round = round;
    run(mutator.changed(all[mutator.below(all.size())]));
  }
  std::printf("%d rounds over %zu seeds\n", rounds, all.size());
  return 0;
}
