// SPDX-License-Identifier: Apache-2.0
// Lists of moves, records and histories of a folder that came from anybody: whatever they say, nothing outside of the
// folder and its trash is moved, made or removed.
#include <fstream>
#include <map>

#include "fuzz/target.hpp"
#include "lib/base/scratch_folder.hpp"
#include "lib/project/face_history.hpp"
#include "lib/project/faceset_folder.hpp"
#include "lib/project/recorded_moves.hpp"

namespace understudy::fuzz {
namespace {

constexpr MoveKind sorts{"sorts", "sort", places_of_faces};

Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

// A home with somebody's faces in it, and what is the user's.
class Home {
  const ScratchFolder scratch_;

 public:
  const fs::path faces = scratch_.path / "faces";

  void begin() {
    fs::remove_all(scratch_.path);
    for (const auto& folder :
         {faces / "person", faces / ".understudy" / "sorts", faces / ".understudy" / "faces", scratch_.path / "own"})
      fs::create_directories(folder);
    for (const auto& file : {"faces/a.jpg", "faces/b.jpg", "faces/person/c.jpg", "own/key.jpg"})
      std::ofstream(scratch_.path / file) << file;
    for (const auto& file : {"faces/a.jpg", "own/key.jpg"})  // as the seeds know them
      fs::last_write_time(scratch_.path / file, fs::file_time_type(fs::file_time_type::duration(1'000'000'000)));
    fs::create_directory_symlink("../own", faces / "out");
  }
  // Everything that is not of the faces.
  std::map<std::string, std::string> outside() const {
    std::map<std::string, std::string> all;
    for (const auto& one : fs::directory_iterator(scratch_.path))
      if (const auto name = one.path().filename().string(); name != "faces" && !name.starts_with("faces_")) all[name];
    for (const auto& one : fs::recursive_directory_iterator(scratch_.path / "own"))
      all[one.path().string()] = read_text(one.path()).value_or(std::string());
    return all;
  }
};

}  // namespace

std::vector<Bytes> seeds() {
  return {
      bytes_of(R"({"format":"understudy.moves","version":1,"staged":false,"moves":[["../a.jpg","","../person/a.jpg"],)"
               R"(["../b.jpg","../.understudy-move-1.jpg","../../faces_trash/b.jpg"]]})"),
      bytes_of(R"({"format":"understudy.moves","version":1,"staged":true,"moves":[["../a.jpg","","../../own/a.jpg"],)"
               R"(["../out/key.jpg","","../k.jpg"],["../out","../p","../q"],["../b.jpg","../p/b.jpg","../z"]]})"),
      bytes_of(R"({"format":"understudy.sort","version":1,"what":"blur","moves":[["x.jpg","a.jpg"],)"
               R"(["person/y.jpg","person/c.jpg"],["z.jpg","../faces_trash/z.jpg"],["k.jpg","../own/key.jpg"]]})"),
      bytes_of("{\"format\":\"understudy.face-journal\",\"version\":1}\n"
               R"({"id":1,"group":1,"what":"throw out 1 face","moves":[["x.jpg","a.jpg",11,1000000000]]})"
               "\n"
               R"({"id":2,"group":2,"what":"throw out 1 face","moves":[["k.jpg","../own/key.jpg",11,1000000000]]})"
               "\n")};
}

}  // namespace understudy::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy;
  static fuzz::Home home;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const fs::path& faces = home.faces;
  const auto file = text.find("understudy.sort") != text.npos           ? faces / ".understudy/sorts/000001.json"
                    : text.find("understudy.face-journal") != text.npos ? FaceHistory::path_of(faces)
                                                                        : moves_journal(faces);
  home.begin();
  std::ofstream(file) << text;
  const auto before = home.outside();
  (void)finish_face_moves(faces);
  if (const auto last = last_recorded(faces, fuzz::sorts)) (void)take_back(faces, fuzz::sorts, *last);
  if (auto history = FaceHistory::open(faces)) {
    constexpr int most = 5;  // ids that come twice are taken back again and again
    for (int i = 0; i < most && history->undo(); ++i) {
    }
    for (int i = 0; i < most && history->redo(); ++i) {
    }
  }
  check(home.outside() == before, "nothing outside of the folder is touched");
  return 0;
}
