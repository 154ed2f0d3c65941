// SPDX-License-Identifier: Apache-2.0
#include "apps/understudy/copy_source.hpp"

#include <fstream>
#include <functional>

#include "lib/base/frame_files.hpp"
#include "lib/base/io_failure.hpp"
#include "lib/base/moves.hpp"
#include "lib/media/picture.hpp"

namespace understudy {
namespace {

constexpr std::size_t piece_size = 4 << 20;

Failure exists_already(const fs::path& there) {
  return fail_with_hint(Code::bad_option, fmt::format("{} exists already", there.string()),
                        "Move it away first, or use another workspace.");
}

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

bool same_size(const fs::path& a, const fs::path& b) {
  std::error_code error;
  const auto first = fs::file_size(a, error);
  return !error && first == fs::file_size(b, error) && !error;
}

// Piece by piece to its end; `take` may end it with false. `doing` stands behind the counts.
Result<> read_in_pieces(const fs::path& from, const char* doing, Run& run,
                        const std::function<bool(std::string_view)>& take) {
  std::error_code error;
  const auto total = fs::file_size(from, error);
  std::ifstream in(from, std::ios::binary);
  if (error || !in) return io_failure("read", from, error ? error.value() : errno);
  std::vector<char> piece(piece_size);
  std::uint64_t done = 0;
  while (in) {
    if (run.stopping()) return Run::cancelled();
    in.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    if (!take({piece.data(), static_cast<std::size_t>(in.gcount())})) return {};
    done += static_cast<std::uint64_t>(in.gcount());
    run.progress(done >> 20, total >> 20, doing);
  }
  if (done == total) return {};
  return fail_with_hint(Code::io,
                        fmt::format("Only {} of the {} bytes of {} could be read", done, total, from.string()),
                        "Check that disk.");
}

Result<bool> same_content(const fs::path& from, const fs::path& to, Run& run) {
  if (!same_size(from, to)) return false;
  std::ifstream other(to, std::ios::binary);
  std::vector<char> theirs(piece_size);
  bool same = true;
  TRY_VOID(read_in_pieces(from, "MB compared", run, [&](std::string_view piece) {
    other.read(theirs.data(), static_cast<std::streamsize>(piece.size()));
    return same = std::string_view(theirs.data(), static_cast<std::size_t>(other.gcount())) == piece;
  }));
  return same;
}

Result<> copy_in_pieces(const fs::path& from, const fs::path& to, Run& run) {
  return write_stream(to, [&](std::ostream& out) {
    return read_in_pieces(from, "MB", run, [&out](std::string_view piece) {
      return static_cast<bool>(out.write(piece.data(), static_cast<std::streamsize>(piece.size())));
    });
  });
}

Result<> copy_whole(const fs::path& from, const fs::path& to, Run& run) {
  if (!is_there(to)) return copy_in_pieces(from, to, run);
  std::error_code error;
  if (fs::equivalent(from, to, error)) return {};
  TRY(const bool same, same_content(from, to, run));
  return same ? Result<>() : exists_already(to);
}

fs::path place_of(const fs::path& from, const Workspace& workspace, Side side) {
  if (media::is_picture_file(from)) return workspace.frames(side) / from.filename();
  return workspace.root / fmt::format("data_{}{}", side_name(side), from.extension().string());
}

Result<FrameFiles> pictures_in(const fs::path& from) {
  TRY(auto found, frame_files(from));
  if (!found.pictures.empty()) return found;
  return fail_with_hint(Code::not_found, fmt::format("There are no pictures in {}", from.string()),
                        "Give a video, or a folder of images.");
}

Result<> check_pictures(const fs::path& from, const fs::path& to) {
  TRY_VOID(pictures_in(from));
  for (const auto& there : frame_files(to).value_or(FrameFiles()).pictures) {
    if (is_there(from / there.filename())) continue;
    return fail_with_hint(Code::bad_option, fmt::format("There are other pictures in {} already", to.string()),
                          "Move them away first, or use another workspace.");
  }
  return {};
}

// Photographs become the frames of that side.
Result<> copy_pictures(const fs::path& from, const fs::path& to, Run& run) {
  TRY(const auto found, pictures_in(from));
  if (!found.others.empty()) run.warn(not_read(from, found.others));
  std::uint64_t done = 0;
  Run quiet;  // a picture's own bytes are not counted
  for (const auto& picture : found.pictures) {
    if (run.stopping()) return Run::cancelled();
    TRY_VOID(copy_whole(picture, to / picture.filename(), quiet));
    run.progress(++done, found.pictures.size(), "pictures");
  }
  return {};
}

}  // namespace

Result<> check_source(const fs::path& from, const Workspace& workspace, Side side) {
  if (from.empty()) return {};
  if (is_folder(from)) return check_pictures(from, workspace.frames(side));
  std::error_code error;
  if (!fs::is_regular_file(from, error))
    return fail(Code::not_found, "There is no video and no folder {}", from.string());
  const auto to = place_of(from, workspace, side);
  const bool picture = media::is_picture_file(from);
  if (!picture && !is_video_name(to))
    return fail_with_hint(Code::bad_option, fmt::format("{} has not the name of a video", from.string()),
                          "Give it an ending that tells what it is, such as .mp4 or .mkv.");
  if (is_there(to) && !same_size(from, to)) return exists_already(to);
  if (picture) return {};
  // Of two videos the first by name is taken: the other would be copied for nothing.
  if (const auto there = workspace.video(side); there && *there != to) return exists_already(*there);
  return {};
}

Result<> copy_source(const fs::path& from, const Workspace& workspace, Side side, Run& run) {
  if (from.empty()) return {};
  run.stage("copy");
  const auto frames = workspace.frames(side);
  if (is_folder(from)) {
    remove_temporaries(frames);
    TRY_VOID(copy_pictures(from, frames, run));
  } else {
    const auto to = place_of(from, workspace, side);
    remove_temporaries(to.parent_path());
    TRY_VOID(copy_whole(from, to, run));
  }
  const auto files = frame_files(frames).value_or(FrameFiles());
  if (workspace.video(side) && !files.pictures.empty())
    run.note(fmt::format("{} holds pictures: these are worked on, and the video tells their times and gives its sound",
                         frames.string()));
  return {};
}

}  // namespace understudy
