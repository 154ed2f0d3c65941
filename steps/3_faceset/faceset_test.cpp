// SPDX-License-Identifier: Apache-2.0
#include "lib/face/faceset.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "lib/base/moves.hpp"
#include "lib/base/scratch_folder.hpp"
#include "lib/image/codec.hpp"
#include "lib/image/draw.hpp"
#include "lib/image/warp.hpp"
#include "lib/project/faceset_folder.hpp"
#include "steps/3_faceset/metadata.hpp"
#include "steps/3_faceset/names.hpp"
#include "steps/3_faceset/packing.hpp"
#include "steps/3_faceset/pictures.hpp"
#include "steps/3_faceset/recrop.hpp"
#include "steps/3_faceset/resize.hpp"

namespace understudy {
namespace {

using nlohmann::json;

constexpr int frame_side = 400;

// A frame whose every pixel tells its place, so that a crop tells where it was cut.
ImageU8 ramp_frame() {
  ImageU8 frame(frame_side, frame_side, 3);
  for (int y = 0; y < frame_side; ++y)
    for (int x = 0; x < frame_side; ++x) {
      frame.at(x, y, 0) = static_cast<std::uint8_t>(40 + x / 2);
      frame.at(x, y, 1) = static_cast<std::uint8_t>(40 + y / 2);
      frame.at(x, y, 2) = static_cast<std::uint8_t>(90 + (x + y) / 8);
    }
  return frame;
}

// The mean face, 90 px between its outer points, turned a little.
Landmarks68 face_in_frame() {
  Landmarks68 points = canonical_landmarks;
  for (int i = 0; i < 17; ++i) points[static_cast<std::size_t>(i)] = {i / 16.0, 0.4 + 0.7 * std::sin(i * M_PI / 16)};
  return transformed(points, {{88, -12, 150, 12, 88, 160}});
}

Face example(FaceType type = FaceType::full, int size = 128) {
  Face face;
  const auto in_frame = face_in_frame();
  const Affine crop_from_frame = face_matrix(in_frame, size, type);
  face.image_bgr = warp_exact(ramp_frame(), crop_from_frame, size, size, Interpolation::linear);
  face.info.face_type = type;
  face.info.landmarks = transformed(in_frame, crop_from_frame);
  face.info.source_filename = "00012.png";
  face.info.source_rect = Rect{150, 150, 250, 260};
  face.info.source_landmarks = in_frame;
  face.info.image_to_face_mat = crop_from_frame;
  face.info.polygons = {{Polygon::Kind::include, {{10, 20}, {100, 20}, {60, 110}}}};
  ImageF mask(64, 64, 1);
  for (int y = 16; y < 48; ++y)
    for (int x = 16; x < 48; ++x) mask.at(x, y) = 1;
  face.info.xseg_mask = *encode_mask(mask);
  face.info.extra = {{"relighted", pickle::Value(true)}, {"from_another_tool", pickle::Value("kept")}};
  return face;
}

class FacesetTools : public ::testing::Test {
 protected:
  void SetUp() override { fs::create_directories(folder_); }

  void put(const std::string& name, const Face& face) {
    ASSERT_TRUE(write_face_jpeg(folder_ / name, face.image_bgr, 95, face.info));
  }
  // Faces of three frames, a foreign picture, and a face that is cut short.
  void fill() {
    for (int i = 0; i < 6; ++i) {
      Face face = example();
      face.info.source_filename = fmt::format("{:05}.png", i / 2 + 1);
      face.info.source_rect = Rect{0, 0, 10.0 + i, 10.0 + i};  // the second face of a frame is the larger one
      put(fmt::format("x{}.jpg", i), face);
    }
    ASSERT_TRUE(write_image(folder_ / "holiday.jpg", ImageU8(40, 30, 3)));
    auto cut = *read_file(folder_ / "x0.jpg");
    cut.resize(cut.size() - 200);
    ASSERT_TRUE(write_file(folder_ / "short.jpg", cut));
  }
  json ok(const Result<std::string>& report) {
    EXPECT_TRUE(report) << (report ? "" : to_sentence(report.error()));
    return report ? json::parse(*report) : json();
  }
  std::map<std::string, Bytes> faces(const fs::path& folder) {
    std::map<std::string, Bytes> found;
    const auto files = image_files(folder);
    for (const auto& path : *files) found[path.filename().string()] = *read_file(path);
    return found;
  }

  const ScratchFolder scratch_;
  const fs::path root_ = scratch_.path, folder_ = root_ / "aligned";
  understudy::Run run_;
};

TEST_F(FacesetTools, PackAndUnpackGiveTheSameBytes) {
  fill();
  const auto before = faces(folder_);
  auto report = ok(pack_faceset(folder_, {}, run_));
  EXPECT_EQ(report["faces"], 6);
  EXPECT_EQ(report["skipped"], (json{"holiday.jpg", "short.jpg"}));
  EXPECT_EQ(faces(folder_).size(), 2u);  // what is no whole face stays
  EXPECT_EQ(Faceset::open(folder_)->entries().size(), 6u);
  ok(unpack_faceset(folder_, {}, run_));
  EXPECT_EQ(faces(folder_), before);
  EXPECT_FALSE(fs::exists(folder_ / "faceset.pak"));
}

TEST_F(FacesetTools, PersonsKeepTheirFolders) {
  fill();
  fs::create_directories(folder_ / "ann");
  fs::create_directories(folder_ / "bob");
  for (const char* name : {"x0.jpg", "x1.jpg"}) fs::rename(folder_ / name, folder_ / "ann" / name);
  put("x0.jpg", example());
  fs::rename(folder_ / "x0.jpg", folder_ / "bob" / "x0.jpg");
  for (const char* name : {"x2.jpg", "x3.jpg", "x4.jpg", "x5.jpg", "short.jpg"}) fs::remove(folder_ / name);
  const auto ann = faces(folder_ / "ann"), bob = faces(folder_ / "bob");
  EXPECT_EQ(ok(pack_faceset(folder_, {}, run_))["faces"], 3);
  EXPECT_FALSE(fs::exists(folder_ / "ann"));
  EXPECT_EQ(Faceset::open(folder_)->persons(), (std::vector<std::string>{"ann", "bob"}));
  put("new.jpg", example());  // a face that the pack does not hold is not passed over in a person's folder either
  fs::create_directories(folder_ / "ann");
  fs::rename(folder_ / "new.jpg", folder_ / "ann" / "new.jpg");
  const auto refused = pack_faceset(folder_, {}, run_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::bad_option);
  EXPECT_NE(refused.error().message.find("ann/new.jpg"), std::string::npos);
  fs::remove(folder_ / "ann" / "new.jpg");
  ok(unpack_faceset(folder_, {}, run_));
  EXPECT_EQ(faces(folder_ / "ann"), ann);
  EXPECT_EQ(faces(folder_ / "bob"), bob);
}

TEST_F(FacesetTools, PackingGoesOnWhereItWasKilled) {
  fill();
  PackOptions keep;
  keep.keep = true;
  ok(pack_faceset(folder_, keep, run_));
  fs::remove(folder_ / "x3.jpg");  // as if killed while the originals were removed
  auto report = ok(pack_faceset(folder_, {}, run_));
  EXPECT_EQ(report["packed_before"], true);
  EXPECT_EQ(faces(folder_).size(), 2u);
  put("new.jpg", example());
  const auto refused = pack_faceset(folder_, {}, run_);
  EXPECT_EQ(refused.error().code, Code::bad_option);
  EXPECT_TRUE(fs::exists(folder_ / "new.jpg"));
  // Another picture under a packed face's name is not written over either.
  auto other = example();
  other.info.source_filename = "other.png";
  put("x1.jpg", other);
  const auto beside = *read_file(folder_ / "x1.jpg");
  ok(unpack_faceset(folder_, {}, run_));
  EXPECT_EQ(*read_file(folder_ / "x1.jpg"), beside);
  EXPECT_EQ(read_face_info(folder_ / "x1~2.jpg")->source_filename, "00001.png");
  EXPECT_EQ(faces(folder_).size(), 10u);
}

TEST_F(FacesetTools, MetadataComesBackOntoEditedPictures) {
  fill();
  const auto before = read_face(folder_ / "x1.jpg");
  EXPECT_EQ(ok(save_metadata(folder_, run_))["faces"], 7);
  // What a paint program does: metadata gone, another size, restart markers or a PNG under the old name.
  ASSERT_TRUE(write_image(folder_ / "x1.jpg", resize(before->image_bgr, 64, 64, Interpolation::area)));
  ASSERT_TRUE(write_file(folder_ / "x2.jpg", *encode_png(before->image_bgr)));
  const auto plain = *encode_jpeg(before->image_bgr, {.quality = 90});
  Bytes restarts = plain;
  const std::array<std::uint8_t, 6> interval = {0xff, 0xdd, 0,
                                                4,    0,    0};  // DRI 0: no restarts, but DeepFaceLab's parser fails
  restarts.insert(restarts.begin() + 20, interval.begin(), interval.end());
  ASSERT_TRUE(write_file(folder_ / "x3.jpg", restarts));
  fs::remove(folder_ / "x4.jpg");
  ASSERT_TRUE(write_file(folder_ / "x5.jpg", plain));
  // Saving again by mistake does not lose what the pictures no longer have.
  EXPECT_EQ(ok(save_metadata(folder_, run_))["kept_from_before"], 5);  // x4 too, which is gone
  auto report = ok(restore_metadata(folder_, {}, run_));
  EXPECT_EQ(report["missing"], 1);
  EXPECT_EQ(report["skipped"], json{"short.jpg"});
  EXPECT_TRUE(fs::exists(folder_ / "meta.dat"));  // not everything is back
  fs::remove(folder_ / "short.jpg");
  ok(restore_metadata(folder_, {}, run_));
  EXPECT_FALSE(fs::exists(folder_ / "meta.dat"));
  for (const char* name : {"x1.jpg", "x2.jpg", "x3.jpg", "x5.jpg"}) {
    const auto face = read_face(folder_ / name);
    ASSERT_TRUE(face) << name;
    EXPECT_EQ(face->image_bgr.width, 128);
    EXPECT_EQ(face->info.landmarks, before->info.landmarks);
    EXPECT_EQ(face->info.extra, before->info.extra);
  }
  EXPECT_EQ(*read_file(folder_ / "x5.jpg"), *with_face_info(plain, read_face_info(folder_ / "x5.jpg").value()));
}

TEST_F(FacesetTools, AMaskThatHasToShrinkForItsFaceIsToldOf) {
  const Face face = example();
  put("a.jpg", face);
  SavedInfo saved{"a.jpg", face.image_bgr.width, face.image_bgr.height, face.info};
  ImageU8 noise(400, 400, 1);
  std::uint32_t state = 1;
  for (auto& v : noise.data) v = static_cast<std::uint8_t>((state = state * 1664525u + 1013904223u) >> 24);
  saved.info.xseg_mask = *encode_png(noise, {.level = 0});
  ASSERT_TRUE(write_meta_dat(folder_ / "meta.dat", std::span(&saved, 1)));
  std::vector<std::string> warnings;
  understudy::Run told([&](const Event& event) {
    if (const auto* warning = std::get_if<WarningEvent>(&event)) warnings.push_back(warning->text);
  });
  EXPECT_EQ(ok(restore_metadata(folder_, {}, told))["faces"], 1);
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_TRUE(warnings[0].starts_with("a.jpg: its mask is kept")) << warnings[0];
  const auto mask = decode_mask(*read_face_info(folder_ / "a.jpg")->xseg_mask);
  ASSERT_TRUE(mask);
  EXPECT_GE(mask->width, 64);
}

TEST_F(FacesetTools, NamesThatLinksToNowhereBearAreTaken) {
  Face face = example();
  face.info.source_filename = "00001.png";
  put("x.jpg", face);
  fs::create_symlink("nowhere", folder_ / "00001_0.jpg");
  ok(recover_names(folder_, {}, run_));
  EXPECT_TRUE(fs::exists(folder_ / "00001_1.jpg"));
}

TEST_F(FacesetTools, NamesComeBackLargestFaceFirst) {
  fill();
  fs::remove(folder_ / "short.jpg");
  put("00002_0.jpg", example());  // frame 12's face under a name that belongs to frame 2
  RecoverOptions dry;
  dry.dry_run = true;
  const auto before = faces(folder_);
  EXPECT_EQ(ok(recover_names(folder_, dry, run_))["names"]["x1.jpg"], "00001_0.jpg");
  EXPECT_EQ(faces(folder_), before);
  EXPECT_EQ(ok(recover_names(folder_, {}, run_))["skipped"], json{"holiday.jpg"});
  const auto after = faces(folder_);
  EXPECT_EQ(after.at("00001_0.jpg"), before.at("x1.jpg"));
  EXPECT_EQ(after.at("00001_1.jpg"), before.at("x0.jpg"));
  EXPECT_EQ(after.at("00002_0.jpg"), before.at("x3.jpg"));
  EXPECT_EQ(after.at("00012_0.jpg"), before.at("00002_0.jpg"));
  EXPECT_EQ(after.size(), before.size());
}

TEST_F(FacesetTools, DeletedFacesComeBack) {
  fill();
  const auto before = faces(folder_);
  ASSERT_TRUE(write_text(root_ / "bad.txt", "x2.jpg\r\nnone.jpg\n"));
  ChooseOptions choice;
  choice.names = "x1.jpg,../x.jpg";
  choice.list = root_ / "bad.txt";
  auto report = ok(delete_faces(folder_, choice, run_));
  EXPECT_EQ(report["deleted"], 2);
  EXPECT_EQ(report["skipped"], (json{"../x.jpg", "none.jpg"}));
  EXPECT_EQ(faces(trash_of(folder_)).size(), 2u);
  put("x1.jpg", example());  // its place is taken meanwhile
  report = ok(restore_faces(folder_, {}, run_));
  EXPECT_EQ(report["restored"], 1);
  EXPECT_EQ(report["skipped"], json{"x1.jpg"});
  EXPECT_EQ(faces(folder_).at("x2.jpg"), before.at("x2.jpg"));
  EXPECT_EQ(faces(trash_of(folder_)).at("x1.jpg"), before.at("x1.jpg"));
}

TEST_F(FacesetTools, PicturesForLooking) {
  fill();
  auto bare = example();
  bare.info.xseg_mask.reset();
  bare.info.polygons.clear();
  put("bare.jpg", bare);
  EXPECT_EQ(ok(draw_landmark_pictures(folder_, {}, run_))["pictures"], 7);
  EXPECT_TRUE(fs::exists(root_ / "aligned_landmarks" / "x0_debug.jpg"));
  auto report = ok(export_masks(folder_, {}, run_));
  EXPECT_EQ(report["pictures"], 6);
  const auto mask = read_image(root_ / "aligned_masks" / "x0_mask.png");
  EXPECT_EQ(mask->at(32, 32), 255);
  EXPECT_EQ(mask->at(5, 5), 0);
  PictureOptions beside;
  beside.beside = true;
  ok(export_masks(folder_, beside, run_));
  EXPECT_TRUE(fs::exists(folder_ / "x0_mask.jpg"));
  EXPECT_EQ(ok(export_masks(folder_, beside, run_))["pictures"], 6);  // not masks of masks
}

// Where the landmarks and the matrix say that a place of the frame is, the picture shows it.
void expect_true_to_frame(const Face& face, double tolerance) {
  const auto& info = face.info;
  const auto in_crop = transformed(*info.source_landmarks, *info.image_to_face_mat);
  for (std::size_t i = 17; i < 68; ++i) {
    EXPECT_NEAR(info.landmarks[i].x, in_crop[i].x, 0.01);
    EXPECT_NEAR(info.landmarks[i].y, in_crop[i].y, 0.01);
    const Point p = info.landmarks[i];
    const int x = static_cast<int>(std::lround(p.x)), y = static_cast<int>(std::lround(p.y));
    const Point at = info.image_to_face_mat->inverse()({double(x), double(y)});
    EXPECT_NEAR(face.image_bgr.at(x, y, 0), 40 + at.x / 2, tolerance) << i;
    EXPECT_NEAR(face.image_bgr.at(x, y, 1), 40 + at.y / 2, tolerance) << i;
  }
}

TEST(Recrop, PictureLandmarksAndMatrixStayTogether) {
  const Face face = example();
  expect_true_to_frame(face, 1.5);
  for (const int size : {64, 128, 300}) {
    const auto scaled = recropped(face, size, {});
    ASSERT_TRUE(scaled);
    expect_true_to_frame(*scaled, 1.5);
    EXPECT_EQ(scaled->info.xseg_mask, face.info.xseg_mask);
    EXPECT_EQ(scaled->info.source_rect, face.info.source_rect);
    EXPECT_EQ(scaled->info.extra, face.info.extra);
    const auto larger = recropped(face, size, FaceType::head);
    ASSERT_TRUE(larger);
    expect_true_to_frame(*larger, 1.5);
    EXPECT_EQ(larger->info.face_type, FaceType::head);
    EXPECT_EQ(larger->image_bgr.at(0, 0, 0), 0);  // not covered by the old crop
    const auto whole = recropped_from_frame(face, ramp_frame(), size, FaceType::head);
    ASSERT_TRUE(whole);
    expect_true_to_frame(*whole, 1.5);
    EXPECT_GT(whole->image_bgr.at(0, 0, 0), 30);
  }
}

TEST(Recrop, MaskAndPolygonsFollow) {
  const Face face = example();
  const auto half = *recropped(face, 128, FaceType::half);
  // The masked square is the middle half of the old crop; half_face covers 1 / 1.596621 of it.
  const auto mask = *decode_mask(*half.info.xseg_mask);
  EXPECT_EQ(mask.width, 64);
  int inside = 0;
  for (const float v : mask.data) {
    EXPECT_TRUE(v == 0 || v == 1);
    inside += v > 0;
  }
  EXPECT_NEAR(std::sqrt(inside), 32 * 1.596621, 1.5);
  const Affine map = *half.info.image_to_face_mat * face.info.image_to_face_mat->inverse();
  EXPECT_NEAR(half.info.polygons[0].points[2].x, map({60, 110}).x, 1e-6);
  Face frame = face;
  frame.info.face_type = FaceType::mark_only;
  EXPECT_EQ(recropped(frame, 64, {}).error().code, Code::bad_file);
  Face oblong = face;
  oblong.image_bgr = ImageU8(128, 96, 3);
  EXPECT_EQ(recropped(oblong, 64, {}).error().code, Code::bad_file);
}

TEST_F(FacesetTools, ResizeGoesOnAndTakesTheOriginalsPlaces) {
  fill();
  const auto before = faces(folder_);
  ResizeOptions options;
  options.image_size = 96;
  const ResizePaths paths = {folder_, root_ / "aligned_resized", {}};
  auto report = ok(resize_faceset(paths, options, run_));
  EXPECT_EQ(report["faces"], 6);
  EXPECT_EQ(faces(folder_), before);
  fs::remove(paths.results / "x3.jpg");
  report = ok(resize_faceset(paths, options, run_));
  EXPECT_EQ(report["faces"], 1);
  EXPECT_EQ(report["done_before"], 5);
  options.replace = true;
  report = ok(resize_faceset(paths, options, run_));
  EXPECT_EQ(report["replaced"], 6);
  EXPECT_EQ(read_face(folder_ / "x3.jpg")->image_bgr.width, 96);
  EXPECT_EQ(faces(folder_).at("holiday.jpg"), before.at("holiday.jpg"));
  EXPECT_EQ(faces(trash_of(folder_)).at("x3.jpg"), before.at("x3.jpg"));
  EXPECT_FALSE(fs::exists(paths.results));
}

TEST_F(FacesetTools, ResizeCutsFromTheFramesThatAreThere) {
  fs::create_directories(root_ / "frames");
  ASSERT_TRUE(write_image(root_ / "frames" / "00012.png", ramp_frame()));
  put("a.jpg", example());
  Face other = example();
  other.info.source_filename = "00099.png";
  put("b.jpg", other);
  ResizeOptions options;
  options.from_frames = true;
  options.face_type = ResizeType::whole;
  options.image_size = 160;
  const auto report = ok(resize_faceset({folder_, root_ / "out", root_ / "frames"}, options, run_));
  EXPECT_EQ(report["from_frames"], 1);
  EXPECT_EQ(report["faces"], 2);
  EXPECT_GT(read_face(root_ / "out" / "a.jpg")->image_bgr.at(2, 2, 0), 30);
  EXPECT_LT(read_face(root_ / "out" / "b.jpg")->image_bgr.at(2, 2, 0), 10);
}

TEST_F(FacesetTools, APackedFolderSaysToUnpackFirst) {
  put("a.jpg", example());
  ok(pack_faceset(folder_, {}, run_));
  ChooseOptions choice;
  choice.names = "a.jpg";
  for (const auto& refused : {save_metadata(folder_, run_), recover_names(folder_, {}, run_),
                              delete_faces(folder_, choice, run_), export_masks(folder_, {}, run_)}) {
    EXPECT_EQ(refused.error().code, Code::bad_option);
    EXPECT_NE(to_sentence(refused.error()).find("unpack"), std::string::npos);
  }
}

}  // namespace
}  // namespace understudy
