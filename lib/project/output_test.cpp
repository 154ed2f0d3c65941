// SPDX-License-Identifier: Apache-2.0
#include "lib/project/output.hpp"

#include <gtest/gtest.h>

#include "lib/base/scratch_folder.hpp"

namespace understudy {
namespace {

class Output : public ::testing::Test {
 protected:
  void SetUp() override { fs::create_directories(root_ / "data_dst" / "aligned"); }
  bool allowed(const fs::path& output, std::initializer_list<fs::path> inputs) {
    const auto checked = check_output(Workspace{root_}, output, inputs);
    if (!checked) {
      EXPECT_EQ(checked.error().code, Code::bad_option);
    }
    return checked.has_value();
  }
  const ScratchFolder scratch_;
  const fs::path root_ = scratch_.path / "film";
};

TEST_F(Output, IsNeverAnInputByWhateverName) {
  const auto faces = root_ / "data_dst" / "aligned";
  EXPECT_FALSE(allowed(faces, {faces}));
  EXPECT_FALSE(allowed(faces / "", {faces}));
  EXPECT_FALSE(allowed(root_ / "data_dst" / ".." / "data_dst" / "aligned", {faces}));
  fs::create_directory_symlink(faces, root_ / "link");
  EXPECT_FALSE(allowed(root_ / "link", {faces}));
  EXPECT_FALSE(allowed(root_ / "none.mp4", {{}, root_ / "." / "none.mp4"}));
  EXPECT_TRUE(allowed(root_ / "data_dst" / "aligned_small", {faces}));
}

TEST_F(Output, IsNoneOfTheWorkspacesSources) {
  for (const char* name : {"data_dst.mp4", "DATA_SRC.mov", "data_src", "data_dst/", "model"})
    EXPECT_FALSE(allowed(root_ / name, {})) << name;
  for (const char* name : {"result.mp4", "data_dst/merged", "data_dst2.mp4", "clips/data_dst.mp4"})
    EXPECT_TRUE(allowed(root_ / name, {})) << name;
}

TEST_F(Output, DoesNotLieAroundAnInput) {
  EXPECT_FALSE(check_not_around(root_, {root_ / "data_dst"}));
  EXPECT_TRUE(check_not_around(root_ / "data_dst" / "aligned", {root_ / "data_dst"}));
}

TEST_F(Output, AnyFolderIsNoWorkspace) {
  EXPECT_TRUE(is_workspace(Workspace{root_}));
  EXPECT_FALSE(is_workspace(Workspace{scratch_.path}));
  fs::create_directories(scratch_.path / ".understudy");  // the list of an output
  EXPECT_FALSE(is_workspace(Workspace{scratch_.path}));
  fs::create_directories(scratch_.path / ".understudy" / "jobs");
  EXPECT_TRUE(is_workspace(Workspace{scratch_.path}));
}

}  // namespace
}  // namespace understudy
