// SPDX-License-Identifier: Apache-2.0
// Work handed to one thread that does it piece by piece, in order, while whoever hands it over goes on: writing behind
// computing.
#pragma once

#include <functional>
#include <memory>

#include "lib/base/result.hpp"

namespace understudy {

// For one thread that hands over; what a piece throws is its failure.
class Behind {
 public:
  using Piece = std::function<Result<>()>;
  // No more than `most_waiting` pieces wait to be begun; hand() waits for a place. Code::out_of_memory when the system
  // gives no thread.
  static Result<Behind> start(std::size_t most_waiting);
  Behind(Behind&&) noexcept;
  Behind& operator=(Behind&&) = delete;
  ~Behind();  // as finish()

  // The failure of an earlier piece, after which none is begun any more.
  Result<> hand(Piece);
  // When all that was handed over is done: the first failure.
  Result<> finish();

 private:
  struct Parts;
  explicit Behind(std::unique_ptr<Parts>);
  std::unique_ptr<Parts> parts_;
};

}  // namespace understudy
