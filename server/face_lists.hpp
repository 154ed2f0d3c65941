// SPDX-License-Identifier: Apache-2.0
// Faces of a side in an order and by a filter: asked for once, then scrolled through.
#pragma once

#include <deque>

#include "lib/selection/filter.hpp"
#include "server/face_table.hpp"
#include "server/http.hpp"

namespace understudy::studio {

struct ListQuery {
  std::string filter, order, only;  // `only`: a key that keep() gave
  bool descending = false;
  bool folded = false;     // of faces that are nearly one picture the best alone
  std::uint32_t like = 0;  // that face and those that are folded behind it
  auto operator<=>(const ListQuery&) const = default;
};
ListQuery list_query(const Request&);

struct FaceList {
  std::vector<std::uint32_t> faces;   // indices of the table's entries
  std::vector<std::uint32_t> behind;  // of each: how many are folded behind it; empty where none are
};
using FaceListPtr = std::shared_ptr<const FaceList>;

class FaceLists {
 public:
  // bad_option for a filter or order that cannot be read; `wrong` is where in the filter.
  Result<FaceListPtr> of(FaceTables&, const FaceTablePtr&, const ListQuery&, FilterPlace& wrong);
  // Keeps a choice of faces; its key is for ListQuery::only. The last few are kept.
  std::string keep(std::vector<std::uint32_t> ids);

 private:
  struct Group {
    std::uint64_t version = 0;
    std::vector<std::uint32_t> best_of;  // of each entry: the index of the best that is nearly the same picture
  };
  Result<std::shared_ptr<const Group>> groups(FaceTables&, const FaceTable&);
  Result<FaceListPtr> make(FaceTables&, const FaceTable&, const ListQuery&, FilterPlace& wrong);

  struct Kept {
    Side side;
    std::uint64_t version;
    ListQuery query;
    FaceListPtr list;
  };
  std::mutex mutex_, grouping_, making_;
  std::deque<Kept> lists_;
  std::deque<std::pair<std::string, std::vector<std::uint32_t>>> choices_;
  std::map<Side, std::shared_ptr<const Group>> groups_;
  std::uint64_t last_choice_ = 0;
};

}  // namespace understudy::studio
