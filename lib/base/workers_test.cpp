// SPDX-License-Identifier: Apache-2.0
#include "lib/base/workers.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <new>
#include <set>
#include <stdexcept>
#include <vector>

#include "lib/base/behind.hpp"

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

TEST(BehindTheCaller, PiecesAreDoneInOrderAndFewWait) {
  auto behind = Behind::start(2);
  ASSERT_TRUE(behind);
  std::vector<int> done;
  std::atomic<int> begun{0};
  std::atomic<bool> go{false};
  for (int i = 0; i < 3; ++i) {  // one in work, two that wait
    ASSERT_TRUE(behind->hand([&, i]() -> Result<> {
      ++begun;
      while (!go) std::this_thread::yield();
      done.push_back(i);
      return {};
    }));
  }
  std::atomic<bool> handed{false};
  std::thread fourth([&] {
    EXPECT_TRUE(behind->hand([&]() -> Result<> { return done.push_back(3), Result<>(); }));
    handed = true;
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_FALSE(handed) << "there is no place before the first is done";
  EXPECT_EQ(begun, 1);
  go = true;
  fourth.join();
  ASSERT_TRUE(behind->finish());
  EXPECT_EQ(done, (std::vector{0, 1, 2, 3}));
}

TEST(BehindTheCaller, AFailureEndsItAndIsTold) {
  auto behind = Behind::start(1);
  ASSERT_TRUE(behind);
  std::atomic<int> done{0};
  ASSERT_TRUE(behind->hand([&]() -> Result<> { return ++done, Result<>(); }));
  ASSERT_TRUE(behind->hand([]() -> Result<> { throw std::runtime_error("odd"); }));
  Result<> told;
  for (int i = 0; i < 1000 && told; ++i) told = behind->hand([&]() -> Result<> { return done += 100, Result<>(); });
  ASSERT_FALSE(told);
  EXPECT_EQ(told.error().message, "A mistake in understudy: odd");
  EXPECT_FALSE(behind->finish());
  EXPECT_EQ(done, 1);
}

}  // namespace
}  // namespace understudy
