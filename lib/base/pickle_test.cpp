// SPDX-License-Identifier: Apache-2.0
#include "lib/base/pickle.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <random>

#include "lib/base/ndarray.hpp"
#include "lib/base/scratch_folder.hpp"

namespace understudy {
namespace {

Bytes unhex(std::string_view hex) {
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

fs::path reference() {
  const char* set = std::getenv("UNDERSTUDY_REFERENCE");
  return set ? fs::path(set) : fs::path("../shared/reference");
}

Bytes joined(std::initializer_list<Bytes> parts) {
  Bytes all = {0x80, 4};
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

Bytes deep_tuples() {
  Bytes deep(1000001, 0x85);
  deep.front() = ')';
  return deep;
}

pickle::Value sample() {
  const std::vector<float> floats = {1.5f, -2, 3, 4, 5, 6};
  auto dict = pickle::Value::dict();
  dict.set("face_type", "whole_face");
  dict.set("mod", 1.25);
  dict.set("n", std::int64_t{-7000000000});
  dict.set("small", 200);
  dict.set("none", pickle::Value());
  dict.set("flag", true);
  dict.set("pts", NdArray::of<float>(floats, {3, 2}));
  dict.set("raw", pickle::Value::bytes(Blob(Bytes(300, 7))));
  dict.set("list", pickle::Value::list({1, 2.0, "x"}));
  dict.set("tuple", pickle::Value::tuple({1, 2, 3, 4}));
  dict.set("type", pickle::Enum{"facelib.FaceType", "FaceType", 4});
  return dict;
}

// pickle.dumps({'m': numpy.array([[1.5, -2], [3.25, 255]], 'f4'), 'e': b''}, protocol=2): bytes are text there, and a
// call that takes them back.
TEST(Pickle, ReadsArraysOfProtocolTwo) {
  const auto read =
      pickle::read(unhex("80027d71002858010000006d7101636e756d70792e636f72652e6d756c746961727261790a5f7265636f6e7374"
                         "727563740a7102636e756d70790a6e6461727261790a71034b00857104635f636f646563730a656e636f64650a"
                         "7105580100000062710658060000006c6174696e31710786710852710987710a52710b284b014b024b0286710c"
                         "636e756d70790a64747970650a710d58020000006634710e898887710f527110284b0358010000003c71114e4e"
                         "4e4affffffff4affffffff4b007471126289680558120000000000c3803f000000c3800000504000007f437113"
                         "6807867114527115747116625801000000657117635f5f6275696c74696e5f5f0a62797465730a711829527119"
                         "752e"));
  ASSERT_TRUE(read) << read.error().message;
  const auto* array = read->find("m")->as_array();
  ASSERT_TRUE(array);
  EXPECT_EQ(array->shape, (std::vector<std::int64_t>{2, 2}));
  EXPECT_EQ(array->to<float>(), (std::vector<float>{1.5f, -2, 3.25f, 255}));
  ASSERT_TRUE(read->find("e")->as_bytes());
  EXPECT_EQ(read->find("e")->as_bytes()->size(), 0u);
  // Text of more than bytes, and another code.
  EXPECT_FALSE(pickle::read(unhex("8002635f636f646563730a656e636f64650a5803000000e282ac58060000006c6174696e3186522e")));
  EXPECT_FALSE(
      pickle::read(unhex("8002635f636f646563730a656e636f64650a58010000004158050000007574662d388652"
                         "2e")));
}

// pickle.dumps('caf\udce9\udc80.png', protocol=3): how Python holds a file's name that is no UTF-8.
TEST(Pickle, NamesThatAreNoUtf8AreAsPythonHasThem) {
  const auto python = unhex("8003580d000000636166edb3a9edb2802e706e6771002e");
  const auto read = pickle::read(python);
  ASSERT_TRUE(read && read->as_string());
  EXPECT_EQ(*read->as_string(), "caf\xe9\x80.png");
  EXPECT_EQ(*pickle::read(pickle::write(*read, pickle::Protocol::three))->as_string(), "caf\xe9\x80.png");
  const Bytes ours = pickle::write(*read, pickle::Protocol::three);
  EXPECT_EQ(Bytes(ours.begin(), ours.end() - 1),
            Bytes(python.begin(), python.begin() + static_cast<std::ptrdiff_t>(ours.size()) - 1));
  EXPECT_EQ(*pickle::read(pickle::write("\xed\x95\x9c\xc3\xa9"))->as_string(),
            "\xed\x95\x9c\xc3\xa9");  // valid text stays
}

TEST(Pickle, ReadsWhatPythonWrites) {
  // pickle.dumps({'a':[1,2.5,'x',None,True],'b':(1,2,3,4),'big':-5000000000,'s':b'\x00\x01','neg':-3}, protocol=3)
  const auto value = pickle::read(
      unhex("80037d71002858010000006171015d7102284b0147400400000000000058010000007871034e88655801000000627104284b014b02"
            "4b034b04"
            "747105580300000062696771068a05000efad5fe580100000073710743020001710858030000006e656771094afdffffff752e"));
  ASSERT_TRUE(value) << to_sentence(value.error());
  EXPECT_EQ(*value->find("a"), pickle::Value::list({1, 2.5, "x", pickle::Value(), true}));
  EXPECT_EQ(*value->find("b"), pickle::Value::tuple({1, 2, 3, 4}));
  EXPECT_EQ(value->find("big")->as_int(), -5000000000);
  EXPECT_EQ(value->find("neg")->as_int(), -3);
  EXPECT_EQ(value->find("s")->as_bytes()->size(), 2u);
  EXPECT_EQ(value->find("absent"), nullptr);
}

TEST(Pickle, MemoSharesObjects) {
  // s = ['k','k']; pickle.dumps({'p': s, 'q': s}, protocol=4)
  const auto value = pickle::read(unhex("80049519000000000000007d94288c0170945d94288c016b946803658c0171946802752e"));
  ASSERT_TRUE(value) << to_sentence(value.error());
  EXPECT_EQ(*value->find("p"), pickle::Value::list({"k", "k"}));
  EXPECT_EQ(*value->find("p"), *value->find("q"));
}

TEST(Pickle, RoundTripsInBothProtocols) {
  for (const auto protocol : {pickle::Protocol::three, pickle::Protocol::four}) {
    const auto bytes = pickle::write(sample(), protocol);
    EXPECT_EQ(bytes[1], static_cast<int>(protocol));
    const auto back = pickle::read(bytes);
    ASSERT_TRUE(back) << to_sentence(back.error());
    EXPECT_EQ(*back, sample());
  }
}

// What a pickle leaves over beside its value is freed without going deep, and without leaving a cycle.
TEST(Pickle, LeftoversMayBeDeepOrHoldThemselves) {
  const Bytes deep = deep_tuples();
  EXPECT_TRUE(pickle::read(joined({deep, unhex("4e2e")})));      // None on top of it
  EXPECT_TRUE(pickle::read(joined({unhex("5d946800614e2e")})));  // l = []; l.append(l); None
  EXPECT_TRUE(pickle::read(joined({unhex("5d945d946800616801614e2e")})));
  // As the arguments of a call that does not look at them: [numpy.array(0.0)]
  const auto text = [](std::string_view t) { return Bytes(t.begin(), t.end()); };
  const Bytes array = joined({text("]cnumpy.core.multiarray\n_reconstruct\n"), deep, text("R(K\1)cnumpy\ndtype\n"),
                              unhex("8c026638855289"), text("C"), unhex("080000000000000000"), text("tba.")});
  const auto one = pickle::read(array);
  ASSERT_TRUE(one) << to_sentence(one.error());
  int seen = 0;
  EXPECT_TRUE(pickle::read_items(array, [&](const auto&, const pickle::Value& item) -> Result<> {
    seen += item == one->as_list()->front();
    return {};
  }));
  EXPECT_EQ(seen, 1);
}

// Written piece by piece it is the same value, and its items come one by one whatever wrote it.
TEST(Pickle, LongListsAndDictsGoPieceByPiece) {
  for (const bool as_dict : {false, true}) {
    for (const int count : {0, 1, 999, 1000, 2600}) {
      auto list = pickle::Value::list();
      pickle::Dict entries;
      Bytes pieces;
      using Pieces = pickle::PieceWriter;
      Pieces writer(as_dict ? Pieces::Kind::dict : Pieces::Kind::list, pickle::Protocol::three,
                    [&pieces](auto bytes) { pieces.insert(pieces.end(), bytes.begin(), bytes.end()); });
      for (int i = 0; i < count; ++i) {
        list.append(pickle::Value::tuple({i, "x"}));
        entries.emplace_back(fmt::format("{}", i), sample());
        if (as_dict) writer.add(entries.back().first);
        writer.add(as_dict ? entries.back().second : list.as_list()->back());
      }
      std::move(writer).finish();
      const auto whole = as_dict ? pickle::Value::dict(entries) : list;
      EXPECT_EQ(*pickle::read(pieces), whole);
      for (const auto& pickle : {pieces, pickle::write(whole)}) {
        pickle::List items;
        pickle::Dict pairs;
        ASSERT_TRUE(pickle::read_items(pickle, [&](const auto& key, const auto& item) -> Result<> {
          items.push_back(item);
          pairs.emplace_back(key, item);
          return {};
        }));
        EXPECT_EQ(as_dict ? pickle::Value::dict(pairs) : pickle::Value::list(items), whole) << count;
      }
    }
  }
}

// A part of a file that is larger than what is read of it at once.
TEST(Pickle, ItemsComeFromAFileToo) {
  const ScratchFolder folder;
  const auto file = folder.path / "long";
  const int count = 3000;
  auto list = pickle::Value::list();
  for (int i = 0; i < count; ++i)
    list.append(pickle::Value::bytes(Blob(Bytes(static_cast<std::size_t>(4000 + i), static_cast<std::uint8_t>(i)))));
  Bytes bytes = {1, 2, 3};
  const auto pickle = pickle::write(list);
  bytes.insert(bytes.end(), pickle.begin(), pickle.end());
  bytes.push_back('x');
  ASSERT_TRUE(write_file(file, bytes));
  pickle::List items;
  const auto take = [&items](const auto&, const auto& item) -> Result<> {
    items.push_back(item);
    return {};
  };
  ASSERT_TRUE(pickle::read_items(file, 3, pickle.size(), take));
  EXPECT_EQ(pickle::Value::list(items), list);
  EXPECT_FALSE(pickle::read_items(file, 3, pickle.size() - 1, take));
  EXPECT_FALSE(pickle::read_items(file, 4, pickle.size(), take));
  fs::resize_file(file, bytes.size() / 2);
  EXPECT_FALSE(pickle::read_items(file, 3, pickle.size(), take));
}

TEST(Pickle, ItemsOfWhatIsNoListOrIsDamagedAreRefused) {
  const auto ignore = [](const auto&, const auto&) -> Result<> { return {}; };
  EXPECT_FALSE(pickle::read_items(pickle::write(7), ignore));
  EXPECT_FALSE(pickle::read_items(pickle::write(pickle::Value::tuple({1})), ignore));
  // x = []; l = []; x.append(x); l.append(x): an item that holds itself
  EXPECT_FALSE(pickle::read_items(unhex("80045d945d9468016161"
                                        "2e"),
                                  ignore));
  // x = []; l.append(x); x.append(x); l.append(x): only after it was handed over once
  EXPECT_FALSE(pickle::read_items(unhex("80045d945d9461680168016161"
                                        "2e"),
                                  ignore));
  const auto refuse = [](const auto&, const auto&) -> Result<> { return fail(Code::cancelled, "enough"); };
  const auto stopped = pickle::read_items(pickle::write(pickle::Value::list({1, 2})), refuse);
  EXPECT_EQ(stopped.error().code, Code::cancelled);
  const auto whole = pickle::write(pickle::Value::list({sample(), sample()}));
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(pickle::read_items(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)), ignore));
}

TEST(Pickle, CopiesAreIndependent) {
  const auto original = sample();
  auto changed = original;
  changed.set("mod", 2.0);
  changed.erase("flag");
  EXPECT_EQ(original.find("mod")->as_number(), 1.25);
  EXPECT_NE(original.find("flag"), nullptr);
  EXPECT_EQ(changed.find("flag"), nullptr);
}

TEST(Pickle, RefusesCode) {
  // cos\nsystem\n(S'id'\ntR. in protocol 2 clothes
  const std::string evil =
      "\x80\x02"
      "cos\nsystem\nX\x02\0\0\0id\x85R.";
  const auto value = pickle::read(Bytes(evil.begin(), evil.end()));
  ASSERT_FALSE(value);
  EXPECT_THAT(value.error().message, testing::HasSubstr("os.system"));
}

TEST(Pickle, RefusesCyclesDepthAndLies) {
  EXPECT_FALSE(pickle::read(unhex("80049506000000000000005d946800612e")));  // l = []; l.append(l)
  EXPECT_FALSE(pickle::read(joined({deep_tuples(), unhex("2e")})));
  EXPECT_FALSE(pickle::read(unhex("80048effffffffffffff7f2e")));  // bytes of 2^63 - 1
  EXPECT_FALSE(pickle::read(unhex("80044e72ffffff7f2e")));        // a memo number of 2^31
  EXPECT_FALSE(pickle::read({}));
}

TEST(Pickle, EveryCutAndManyFlipsAreSurvived) {
  const auto whole = pickle::write(sample());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(pickle::read(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)))) << size;
  }
  std::mt19937 random(1);
  for (int i = 0; i < 20000; ++i) {
    auto damaged = whole;
    for (int flips = 0; flips < 3; ++flips) damaged[random() % damaged.size()] = static_cast<std::uint8_t>(random());
    [[maybe_unused]] const auto value = pickle::read(std::move(damaged));
  }
}

TEST(RealPickle, EveryFileOfTheModelsIsRead) {
  if (!fs::exists(reference() / "dfl")) GTEST_SKIP() << "no reference data";
  int files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(reference() / "dfl")) {
    const auto& path = entry.path();
    const auto folder = path.parent_path().filename();
    const bool weights = path.extension() == ".npy" && (folder == "model" || folder == "after_1_step");
    if (!weights && path.extension() != ".dat") continue;
    const auto value = pickle::read_file(path);
    ASSERT_TRUE(value) << to_sentence(value.error());
    EXPECT_NE(value->as_dict(), nullptr) << path;
    ++files;
  }
  EXPECT_GT(files, 20);
}

TEST(NdArray, FortranOrderIsHonoured) {
  NdArray array{"u1", {2, 3}, true, Blob(Bytes{1, 4, 2, 5, 3, 6})};
  EXPECT_EQ(array.to<float>(), (std::vector<float>{1, 2, 3, 4, 5, 6}));
}

TEST(NdArray, HalfFloats) {
  NdArray array{"f2", {4}, false, Blob(Bytes{0x00, 0x3c, 0x00, 0xc0, 0x01, 0x00, 0x00, 0x7c})};
  const auto values = array.to<double>();
  EXPECT_EQ(values[0], 1.0);
  EXPECT_EQ(values[1], -2.0);
  EXPECT_EQ(values[2], 0x1p-24);
  EXPECT_TRUE(std::isinf(values[3]));
}

}  // namespace
}  // namespace understudy
