// SPDX-License-Identifier: Apache-2.0
#include "lib/selection/filter.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <functional>
#include <optional>
#include <vector>

#include "lib/base/text.hpp"

namespace understudy {

enum class Type { number, text, truth };

// One function for what the node is; the others are empty.
struct Filter::Node {
  Type type = Type::number;
  std::function<double(const CatalogueEntry&)> number = {};
  std::function<std::string_view(const CatalogueEntry&)> text = {};
  std::function<bool(const CatalogueEntry&)> truth = {};
};

namespace {

using Node = Filter::Node;
using Entry = CatalogueEntry;
constexpr std::size_t longest = 4096;
constexpr int deepest = 64;

constexpr std::array texts{
    FilterWord{"name", "the file's name"},
    FilterWord{"source", "name of the frame that it was cut from"},
    FilterWord{"face_type", "whole_face, full_face, head …"},
    FilterWord{"state", "face, picture (without metadata) or unreadable"},
    FilterWord{"person_name", "what you called its person"},
};
constexpr std::array conditions{
    FilterWord{"marked", "marked to be cut out again"},
};
constexpr std::array functions{
    FilterWord{"known(x)", "whether the number is known of the face"},
    FilterWord{"abs(x)", "without its sign"},
    FilterWord{"min(x, y)", "the smaller of two"},
    FilterWord{"max(x, y)", "the larger of two"},
};

std::string_view state_name(FaceState state) {
  return state == FaceState::face ? "face" : state == FaceState::picture ? "picture" : "unreadable";
}

Node number_node(std::function<double(const Entry&)> f) { return {Type::number, std::move(f), {}, {}}; }
Node text_node(std::function<std::string_view(const Entry&)> f) { return {Type::text, {}, std::move(f), {}}; }
Node truth_node(std::function<bool(const Entry&)> f) { return {Type::truth, {}, {}, std::move(f)}; }

std::optional<Node> column(std::string_view name) {
  if (const auto* row = find_number(name))
    return number_node([member = row->member](const Entry& e) { return e.numbers.*member; });
  if (name == conditions[0].name) return truth_node([](const Entry& e) { return e.marked; });
  const auto text = std::ranges::find(texts, name, &FilterWord::name);
  if (text == texts.end()) return std::nullopt;
  return text_node([column = text->name](const Entry& e) { return text_of(e, column); });
}

Failure unknown_name(std::string_view name) {
  std::vector<std::string> names;
  for (const auto& row : texts) names.emplace_back(row.name);
  for (const auto& row : conditions) names.emplace_back(row.name);
  for (const auto& row : number_rows()) names.emplace_back(row.name);
  return fail(Code::bad_option, "The filter knows no column '{}'.{}", name, did_you_mean(name, names));
}

Result<Node> compared(std::string_view sign, Node a, Node b) {
  if (a.type == Type::number && b.type == Type::number && sign != "~") {
    const auto with = [&](auto compare) {
      return truth_node([a = std::move(a.number), b = std::move(b.number), compare](const Entry& e) {
        const double x = a(e), y = b(e);
        return !std::isnan(x) && !std::isnan(y) && compare(x, y);
      });
    };
    if (sign == "<") return with(std::less<>());
    if (sign == "<=") return with(std::less_equal<>());
    if (sign == ">") return with(std::greater<>());
    if (sign == ">=") return with(std::greater_equal<>());
    if (sign == "==") return with(std::equal_to<>());
    return with(std::not_equal_to<>());
  }
  if (a.type == Type::text && b.type == Type::text) {
    const auto with = [&](auto compare) {
      return truth_node(
          [a = std::move(a.text), b = std::move(b.text), compare](const Entry& e) { return compare(a(e), b(e)); });
    };
    if (sign == "==") return with(std::equal_to<>());
    if (sign == "!=") return with(std::not_equal_to<>());
    if (sign == "~") return with([](auto x, auto y) { return x.find(y) != x.npos; });
  }
  return fail(Code::bad_option, "The filter cannot compare these two with '{}'", sign);
}

Result<Node> calculated(char sign, Node a, Node b) {
  if (a.type != Type::number || b.type != Type::number)
    return fail(Code::bad_option, "The filter can calculate with numbers only, at '{}'", sign);
  const auto with = [&](auto f) {
    return number_node([a = std::move(a.number), b = std::move(b.number), f](const Entry& e) { return f(a(e), b(e)); });
  };
  switch (sign) {
    case '+':
      return with(std::plus<>());
    case '-':
      return with(std::minus<>());
    case '*':
      return with(std::multiplies<>());
    default:
      return with(std::divides<>());
  }
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}
  FilterPlace wrong() const { return wrong_; }

  Result<Node> whole() {
    TRY(Node node, any_of());
    skip_space();
    if (at_ < text_.size()) return trouble("something is left over");
    wrong_ = {0, text_.size()};
    if (node.type != Type::truth)
      return fail_with_hint(Code::bad_option, "The filter is no condition", "Compare something: \"yaw < -0.4\".");
    return node;
  }

 private:
  // The word that stands there, or the sign.
  std::size_t word_at(std::size_t at) const {
    const auto is_letter = [&](std::size_t i) {
      return i < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[i])) || text_[i] == '_');
    };
    std::size_t end = at;
    while (is_letter(end)) ++end;
    return std::max<std::size_t>(end - at, 1);
  }
  void mark(std::size_t at) { wrong_ = {at, word_at(at)}; }
  Failure trouble(std::string_view what) {
    mark(at_);
    return fail_with_hint(Code::bad_option, fmt::format("The filter cannot be read at character {}: {}", at_ + 1, what),
                          "See docs/curate.md for what it may say, for example \"yaw < -0.4 && blur > 0.2\".");
  }
  void skip_space() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }
  bool take(std::string_view sign) {
    skip_space();
    if (!text_.substr(at_).starts_with(sign)) return false;
    at_ += sign.size();
    return true;
  }
  std::string_view take_any(std::initializer_list<std::string_view> signs) {
    for (const auto sign : signs)
      if (take(sign)) return sign;
    return {};
  }

  Result<Node> joined(std::string_view sign, Result<Node> (Parser::*part)(), bool all) {
    TRY(Node left, (this->*part)());
    while (take(sign)) {
      TRY(Node right, (this->*part)());
      if (left.type != Type::truth || right.type != Type::truth) return trouble("conditions are needed here");
      left = truth_node([a = std::move(left.truth), b = std::move(right.truth), all](const Entry& e) {
        return all ? a(e) && b(e) : a(e) || b(e);
      });
    }
    return left;
  }
  Result<Node> any_of() { return joined("||", &Parser::all_of, false); }
  Result<Node> all_of() { return joined("&&", &Parser::comparison, true); }

  Result<Node> comparison() {
    TRY(Node left, sum());
    const auto sign = take_any({"<=", ">=", "==", "!=", "<", ">", "~"});
    if (sign.empty()) return left;
    const FilterPlace place{at_ - sign.size(), sign.size()};
    TRY(Node right, sum());
    wrong_ = place;
    return compared(sign, std::move(left), std::move(right));
  }
  Result<Node> sum() {
    TRY(Node left, product());
    for (std::string_view sign; !(sign = take_any({"+", "-"})).empty();) {
      const FilterPlace place{at_ - sign.size(), sign.size()};
      TRY(Node right, product());
      wrong_ = place;
      TRY(left, calculated(sign[0], std::move(left), std::move(right)));
    }
    return left;
  }
  Result<Node> product() {
    TRY(Node left, value());
    for (std::string_view sign; !(sign = take_any({"*", "/"})).empty();) {
      const FilterPlace place{at_ - sign.size(), sign.size()};
      TRY(Node right, value());
      wrong_ = place;
      TRY(left, calculated(sign[0], std::move(left), std::move(right)));
    }
    return left;
  }

  Result<Node> value() {
    if (++depth_ > deepest) return trouble("it goes too deep");
    auto node = value_inside();
    --depth_;
    return node;
  }
  Result<Node> value_inside() {
    skip_space();
    if (at_ >= text_.size()) return trouble("something is missing");
    const char c = text_[at_];
    if (take("(")) {
      TRY(Node inner, any_of());
      if (!take(")")) return trouble("a closing bracket is missing");
      return inner;
    }
    if (take("!")) {
      TRY(Node inner, value());
      if (inner.type != Type::truth) return trouble("'!' needs a condition, in brackets");
      return truth_node([f = std::move(inner.truth)](const Entry& e) { return !f(e); });
    }
    if (take("-")) {
      const FilterPlace place{at_ - 1, 1};
      TRY(Node inner, value());
      wrong_ = place;
      return calculated('-', number_node([](const Entry&) { return 0.0; }), std::move(inner));
    }
    if (c == '"' || c == '\'') return quoted(c);
    if (std::isdigit(static_cast<unsigned char>(c)) || c == '.') return number();
    if (std::isalpha(static_cast<unsigned char>(c)) || c == '_') return word();
    return trouble(fmt::format("'{}' is not known here", c));
  }

  Result<Node> quoted(char mark) {
    const auto end = text_.find(mark, at_ + 1);
    if (end == text_.npos) return trouble("a closing quotation mark is missing");
    std::string content(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return text_node([content = std::move(content)](const Entry&) { return std::string_view(content); });
  }
  Result<Node> number() {
    double v = 0;
    const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), v);
    if (error != std::errc()) return trouble("this is no number");
    at_ = static_cast<std::size_t>(end - text_.data());
    return number_node([v](const Entry&) { return v; });
  }
  Result<Node> word() {
    const auto start = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '_')) ++at_;
    const auto name = text_.substr(start, at_ - start);
    if (take("(")) return function(name, start);
    if (auto node = column(name)) return *std::move(node);
    mark(start);
    return unknown_name(name);
  }
  Result<Node> function(std::string_view name, std::size_t start) {
    std::vector<std::function<double(const Entry&)>> values;
    do {
      TRY(Node argument, sum());
      if (argument.type != Type::number) return trouble("a number is needed here");
      values.push_back(std::move(argument.number));
    } while (take(","));
    if (!take(")")) return trouble("a closing bracket is missing");
    if (name == "abs" && values.size() == 1)
      return number_node([f = values[0]](const Entry& e) { return std::abs(f(e)); });
    if (name == "known" && values.size() == 1)
      return truth_node([f = values[0]](const Entry& e) { return !std::isnan(f(e)); });
    const bool least = name == "min";
    if ((least || name == "max") && values.size() == 2)
      return number_node([a = values[0], b = values[1], least](const Entry& e) {
        const double x = a(e), y = b(e);
        if (std::isnan(x) || std::isnan(y)) return unknown;  // whichever of the two it is
        return least ? std::min(x, y) : std::max(x, y);
      });
    at_ = start;
    return trouble(fmt::format("there is no function {} of {} numbers", name, values.size()));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  FilterPlace wrong_;  // of what failed last
};

}  // namespace

std::span<const FilterWord> filter_texts() { return texts; }
std::span<const FilterWord> filter_conditions() { return conditions; }
std::span<const FilterWord> filter_functions() { return functions; }

std::string_view text_of(const CatalogueEntry& e, std::string_view column) {
  if (column == "name") return e.name;
  if (column == "source") return e.source;
  if (column == "face_type") return e.face_type;
  if (column == "person_name") return e.person_name;
  return column == "state" ? state_name(e.state) : std::string_view();
}

Result<Filter> Filter::parse(std::string_view text, FilterPlace* wrong) {
  if (wrong) *wrong = {longest, 1};
  if (text.size() > longest) return fail(Code::bad_option, "The filter is longer than {} characters", longest);
  Filter filter;
  Parser parser(text);
  auto root = parser.whole();
  if (wrong) *wrong = parser.wrong();
  if (!root) return Failure(std::move(root).error());
  filter.root_ = std::make_shared<const Node>(*std::move(root));
  return filter;
}

bool Filter::holds(const CatalogueEntry& entry) const { return root_->truth(entry); }

}  // namespace understudy
