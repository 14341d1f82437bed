#include "exec/inputs/files.h"

#include <doctest/doctest.h>
#include <zip.h>

#include <cstdlib>
#include <filesystem>

#include "exec/compare/elements.h"
#include "exec/values.h"
#include "graphwitness/support/error.h"
#include "support/program_files.h"
#include "temporary_folder.h"
#include "zip_file.h"

namespace graphwitness::exec {
namespace {

const std::string kFixtures = GRAPHWITNESS_SOURCE_DIR "/fixtures/";

std::vector<Call> read(const std::string& path) {
  setenv(kTorchWorkerVariable, GRAPHWITNESS_TORCH_WORKER, 1);
  return read_calls(path, {});
}

std::string refusal(const std::string& path) {
  try {
    read(path);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

bool says(const std::string& path, const char* part) {
  const std::string text = refusal(path);
  return text.find(part) != std::string::npos && text.find(path) != std::string::npos;
}

std::string refused_value(Value value) {
  try {
    calls_of(std::move(value));
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("what a value stands for") {
  const auto pair = [] { return Value::tuple({integer(1), integer(2)}); };
  CHECK(calls_of(pair()).size() == 1);
  CHECK(calls_of(pair())[0].size() == 2);
  CHECK(calls_of(floats({1}))[0].size() == 1);
  CHECK(calls_of(Value::list({pair(), pair(), pair()})).size() == 3);
  const std::vector<Call> named = calls_of(Value::dict({text("x"), integer(1), text("y"), integer(2)}));
  CHECK(named[0][1].name == "y");
  CHECK(calls_of(Value::tuple({Value::list({floats({1})})}))[0][0].value.kind == Value::Kind::list);
  CHECK(refused_value(Value::list({floats({1}), floats({2})})).find("one call or several") != std::string::npos);
  CHECK(refused_value(Value::list({})).find("empty list") != std::string::npos);
  CHECK(refused_value(Value::dict({integer(1), integer(2)})).find("no parameter's name") != std::string::npos);
}

TEST_CASE("the same tensor from `torch.save`, `.npy` and `.npz`") {
  const Value saved = read(kFixtures + "two_branch/negative.pt")[0][0].value;
  CHECK(saved.tensor.sizes == std::vector<std::int64_t>{20});
  CHECK(element(saved.tensor, 0) < 0);
  CHECK(read(kFixtures + "two_branch/negative.npy")[0][0].value.tensor == saved.tensor);
  const Call named = read(kFixtures + "two_branch/negative.npz")[0];
  CHECK(named[0].name == "input");
  CHECK(named[0].value.tensor == saved.tensor);
}

TEST_CASE("views keep the order of their own, and dicts the names") {
  const std::vector<Call> calls = read(kFixtures + "features/two_calls.pt");
  REQUIRE(calls.size() == 2);
  const Tensor& turned = calls[0][0].value.tensor;
  CHECK(turned.sizes == std::vector<std::int64_t>{3, 2});
  CHECK(element(turned, 1) == 3);
  CHECK(element(turned, 2) == 1);
  CHECK(calls[1][0].name == "x");
  CHECK(calls[1][1].name == "mask");
  CHECK(element(calls[1][1].value.tensor, 5) == 1);
}

TEST_CASE("a folder holds a call in every file, in the order of names") {
  const TemporaryFolder folder;
  namespace fs = std::filesystem;
  fs::copy_file(kFixtures + "two_branch/negative.npy", folder.path() / "b");
  fs::copy_file(kFixtures + "two_branch/example.pt", folder.path() / "a");
  write_file(folder.path() / ".hidden", "no inputs");
  const std::vector<Call> calls = read(folder.path().string());
  REQUIRE(calls.size() == 2);
  CHECK(element(calls[0][0].value.tensor, 0) > 0);
  CHECK(element(calls[1][0].value.tensor, 0) < 0);
}

TEST_CASE("a deflated `.npz` with numbered arrays goes by position") {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "x.npz").string();
  const std::string header = "{'descr': '|u1', 'fortran_order': False, 'shape': (1,), }\n";
  const std::string start = std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(header.size()) + '\0' + header;
  const std::string first = start + "\1";
  const std::string second = start + "\2";
  zip_t* archive = zip_open(path.c_str(), ZIP_CREATE, nullptr);
  for (const auto& [name, bytes] : {std::pair("arr_10.npy", &second), std::pair("arr_2.npy", &first)}) {
    zip_file_add(archive, name, zip_source_buffer(archive, bytes->data(), bytes->size(), 0), 0);
  }
  REQUIRE(zip_close(archive) == 0);
  const Call call = read(path)[0];
  REQUIRE(call.size() == 2);
  CHECK(call[0].name.empty());
  CHECK(element(call[0].value.tensor, 0) == 1);
  CHECK(element(call[1].value.tensor, 0) == 2);
}

TEST_CASE("files that hold no inputs are named, with what they are") {
  const TemporaryFolder folder;
  CHECK(says(kFixtures + "no_such_file", "no such file"));
  CHECK(says(write_file(folder.path() / "empty", ""), "empty"));
  CHECK(says(write_file(folder.path() / "text", "1 2 3"), "expected a file of `torch.save`"));
  CHECK(says(write_file(folder.path() / "pickle", "\x80\x02N."), "before PyTorch 1.6"));
  CHECK(says(write_file(folder.path() / "cut.npz", "PK\x03\x04 and no more"), "truncated"));
  CHECK(says(kFixtures + "two_branch/traced.pt", "a TorchScript model"));
  CHECK(refusal(folder.path().string() + "/nowhere").find("no such file") != std::string::npos);
  const TemporaryFolder none;
  CHECK(says(none.path().string(), "holds no files"));
}

}  // namespace graphwitness::exec
