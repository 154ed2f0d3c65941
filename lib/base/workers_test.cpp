// SPDX-License-Identifier: Apache-2.0
#include "lib/base/workers.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <new>
#include <set>
#include <stdexcept>

namespace understudy {
namespace {

TEST(Workers, AllWorkAndTheCallerIsOneOfThem) {
  std::atomic<unsigned> seen{0};
  const auto here = std::this_thread::get_id();
  std::atomic<bool> caller_is_0{false};
  ASSERT_TRUE(on_threads(4, [&](unsigned thread) -> Result<> {
    seen |= 1u << thread;
    if (thread == 0) caller_is_0 = std::this_thread::get_id() == here;
    return {};
  }));
  EXPECT_EQ(seen, 0xfu);
  EXPECT_TRUE(caller_is_0);
}

TEST(Workers, WhatOneThrowsIsAnError) {
  const auto code_of = [](unsigned thrower, const std::function<void()>& thrown) {
    const auto outcome = on_threads(3, [&](unsigned thread) -> Result<> {
      if (thread == thrower) thrown();
      return {};
    });
    return outcome ? "none" : std::string(code_name(outcome.error().code)) + ": " + outcome.error().message;
  };
  for (const unsigned thread : {0u, 2u}) {
    EXPECT_EQ(code_of(thread, [] { throw std::bad_alloc(); }), "out_of_memory: Out of memory");
    EXPECT_EQ(code_of(thread, [] { throw std::runtime_error("odd"); }), "internal: A mistake in understudy: odd");
    EXPECT_EQ(code_of(thread, [] { throw 7; }), "internal: A mistake in understudy: something unknown");
  }
}

TEST(Workers, AFailureIsPassedOn) {
  const auto outcome =
      on_threads(2, [](unsigned thread) -> Result<> { return thread == 1 ? fail(Code::io, "full") : Result<>(); });
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().message, "full");
}

TEST(Workers, InTheBackgroundTheyTellWhatTheyThrew) {
  std::string told;
  auto thread =
      background_thread([] { throw std::runtime_error("odd"); }, [&](const Error& error) { told = error.message; });
  ASSERT_TRUE(thread);
  thread->join();
  EXPECT_EQ(told, "A mistake in understudy: odd");
}

}  // namespace
}  // namespace understudy
