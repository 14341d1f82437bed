#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "contains.h"
#include "frontends/torchscript/archives.h"
#include "frontends/torchscript/worker.h"
#include "temporary_folder.h"

namespace graphwitness {
namespace {

std::string binary(std::uint64_t number, int bytes) { return little_endian(number, bytes); }
std::string text(const std::string& value) { return "X" + binary(value.size(), 4) + value; }
std::string large(std::int64_t number) { return "\x8a\x08" + binary(static_cast<std::uint64_t>(number), 8); }

/// A module with one tensor of the given description.
std::string data_pickle(const std::string& offset, const std::string& sizes, const std::string& strides) {
  const std::string storage =
      "(" + text("storage") + "ctorch\nFloatStorage\n" + text("0") + text("cpu") + large(2) + "tQ";
  return "\x80\x02"
         "c__torch__\nM\n)\x81}(" +
         text("weight") + "ctorch._utils\n_rebuild_tensor_v2\n(" + storage + offset + "(" + sizes + "t(" + strides +
         "t\x89}tRub.";
}

constexpr const char* kCode =
    "class M(Module):\n  __parameters__ = [\"weight\", ]\n  weight : Tensor\n"
    "  def forward(self: __torch__.M,\n    x: Tensor) -> Tensor:\n    return x\n";

std::vector<Entry> archive_with(const std::string& data) { return archive_of(data, kCode); }

struct Files {
  TemporaryFolder folder;
  std::string write(const std::vector<Entry>& entries) const {
    return write_file(folder.path() / "m.pt", zip_with(entries));
  }
  std::string refused(const std::vector<Entry>& entries) const { return refusal(write(entries)); }
};

}  // namespace

TEST_CASE("the archive that the hostile ones differ from") {
  const Files files;
  const Graph graph = load_archive(files.write(archive_with(data_pickle(large(0), large(2), large(1)))));
  CHECK(graph.tensors().size() == 1);
}

TEST_CASE("tensors that reach out of their record") {
  const Files files;
  const auto refused = [&](const std::string& offset, const std::string& sizes, const std::string& strides) {
    return files.refused(archive_with(data_pickle(offset, sizes, strides)));
  };
  const std::int64_t most = INT64_MAX;
  CHECK(contains(refused(large(0), large(1'000'000'000), large(1)), "truncated or damaged"));
  CHECK(contains(refused(large(1), large(2), large(1)), "truncated or damaged"));
  CHECK(contains(refused(large(most), large(2), large(1)), "impossible offset"));
  CHECK(contains(refused(large(-1), large(2), large(1)), "impossible offset"));
  CHECK(contains(refused(large(0), large(2), large(-1)), "impossible sizes or strides"));
  CHECK(contains(refused(large(0), large(-2), large(1)), "impossible sizes or strides"));
  CHECK(contains(refused(large(0), large(2), large(most)), "impossible"));
  CHECK(contains(refused(large(0), large(most) + large(most), large(0) + large(0)), "impossible sizes or strides"));
  CHECK(contains(refused(large(0), large(2), large(1) + large(1)), "impossible sizes or strides"));
}

TEST_CASE("pickles that are not as PyTorch writes them") {
  const Files files;
  const auto refused = [&](const std::string& pickle) { return files.refused(archive_with(pickle)); };
  CHECK(contains(refused("\x80\x02\x93."), "unknown opcode 147"));
  CHECK(contains(refused("\x80\x02h\x07."), "recalls memo 7"));
  CHECK(contains(refused("\x80\x02R."), "empty stack"));
  CHECK(contains(refused("\x80\x02X\xff\xff\xff\xff"), "ends early"));
  CHECK(contains(refused("\x80\x02]."), "holds no module"));
  CHECK(contains(refused("\x80\x02\x63os\nsystem\n(" + text("touch graphwitness_was_run") + "tR."), "holds no module"));
  CHECK_FALSE(std::filesystem::exists("graphwitness_was_run"));
}

TEST_CASE("zip files that lie") {
  const Files files;
  std::vector<Entry> bomb = archive_with(data_pickle(large(0), large(2), large(1)));
  bomb[0].method = 8;
  bomb[0].claimed = 0xFFFF'FFF0;
  CHECK(contains(files.refused(bomb), "at most"));
  bomb[0].claimed = 200'000'000;
  CHECK(contains(files.refused(bomb), "impossible size"));
  std::vector<Entry> climbing = archive_with("");
  climbing.push_back({.name = "m/../../etc/passwd", .bytes = "x"});
  CHECK(contains(files.refused(climbing), "climbs out"));
  std::vector<Entry> twice = archive_with("");
  twice.push_back(twice[0]);
  CHECK(contains(files.refused(twice), "there twice"));
}

TEST_CASE("a module that holds itself") {
  const Files files;
  const std::string pickle = std::string(
                                 "\x80\x02"
                                 "c__torch__\nM\n)\x81q\x01}(") +
                             text("weight") + "h\x01ub.";
  const Graph graph = load_archive(files.write(archive_with(pickle)));
  CHECK(graph.modules().size() == 1);
}

TEST_CASE("calls that double at every level end in an error, not in the memory") {
  const Files files;
  std::string code =
      "class M(Module):\n  def forward(self: __torch__.M,\n    x: Tensor) -> Tensor:\n"
      "    return __torch__.f40(x, )\n";
  code += "def f0(x: Tensor) -> Tensor:\n  return torch.relu(x)\n";
  for (int level = 1; level <= 40; ++level) {
    const std::string below = "__torch__.f" + std::to_string(level - 1);
    code += "def f" + std::to_string(level) + "(x: Tensor) -> Tensor:\n  return " + below + "(" + below + "(x, ), )\n";
  }
  CHECK(contains(files.refused(archive_of(kEmptyModule, code)), "operations when all calls are inlined"));
}

}  // namespace graphwitness
