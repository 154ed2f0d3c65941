// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "server/guard.hpp"

namespace understudy::studio {
namespace {

Request asked(std::string path, std::map<std::string, std::string> headers) {
  Request request;
  request.method = "GET";
  request.path = std::move(path);
  request.headers = std::move(headers);
  return request;
}

TEST(Guard, AsksForTheToken) {
  const Guard guard("0123456789abcdef", 7411);
  const std::map<std::string, std::string> host{{"host", "127.0.0.1:7411"}};
  EXPECT_EQ(guard.refusal(asked("/api/jobs", host))->status, 401);
  auto with = host;
  with["authorization"] = "Bearer 0123456789abcdef";
  EXPECT_FALSE(guard.refusal(asked("/api/jobs", with)));
  with["authorization"] = "Bearer 0123456789abcdeF";
  EXPECT_EQ(guard.refusal(asked("/api/jobs", with))->status, 401);
  with.erase("authorization");
  with["cookie"] = "other=1; understudy-7411=0123456789abcdef";
  EXPECT_FALSE(guard.refusal(asked("/api/jobs", with)));
  with["cookie"] = "understudy-7412=0123456789abcdef";
  EXPECT_EQ(guard.refusal(asked("/api/jobs", with))->status, 401);
}

}  // namespace
}  // namespace understudy::studio
