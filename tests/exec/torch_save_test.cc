#include "exec/outputs/torch_save.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "exec/inputs/files.h"
#include "exec/inputs/npz.h"
#include "graphwitness/support/error.h"
#include "support/program_files.h"
#include "temporary_folder.h"

namespace graphwitness::exec {
namespace {

const Tensor kNumbers{.dtype = DType::i64,
                      .sizes = {2, 1},
                      .bytes = std::string("\x01\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff", 16)};

Value everything() {
  return Value::tuple(
      {Value::of(kNumbers), Value::list({Value::of(std::int64_t{1} << 40), Value::of(-0.5), Value{}}),
       Value::dict({Value::of(std::string("key")), Value::of(true)}),
       Value::of(
           Tensor{.dtype = DType::bf16, .sizes = {}, .bytes = std::string("\x80\x3f", 2), .requires_grad = true})});
}

}  // namespace

TEST_CASE("what is saved reads back: tensors, numbers, text and containers") {
  setenv(kTorchWorkerVariable, GRAPHWITNESS_TORCH_WORKER, 1);
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "value.pt").string();
  save_value(everything(), path);
  const std::vector<Call> calls = read_calls(path, {});
  REQUIRE(calls.size() == 1);
  REQUIRE(calls[0].size() == 4);
  CHECK(calls[0][0].value.tensor == kNumbers);
  CHECK(calls[0][1].value.items[0].integer == std::int64_t{1} << 40);
  CHECK(calls[0][1].value.items[1].real == -0.5);
  CHECK(calls[0][1].value.items[2].kind == Value::Kind::none);
  CHECK(calls[0][2].value.items[1].integer == 1);
  CHECK(calls[0][3].value.tensor.dtype == DType::bf16);
  CHECK(calls[0][3].value.tensor.requires_grad);
}

TEST_CASE("plain PyTorch reads what is saved") {
  if (std::system("/usr/bin/python3 -c 'import torch' 2>/dev/null") != 0) return;
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "value.pt").string();
  save_value(everything(), path);
  const std::string command =
      "/usr/bin/python3 -c \"import torch; v = torch.load('" + path +
      "'); assert torch.equal(v[0], torch.tensor([[1], [-1]])) and v[1] == [2**40, -0.5, None] and "
      "v[2] == {'key': True} and v[3].dtype is torch.bfloat16 and v[3].item() == 1 and "
      "v[3].requires_grad and not v[0].requires_grad\"";
  CHECK(std::system(command.c_str()) == 0);
}

TEST_CASE("what cannot be saved or written is an error that says so") {
  CHECK_THROWS_AS(pickle_value({.kind = Value::Kind::opaque, .text = "thing"}), InputError);
  CHECK_THROWS_AS(save_value(Value{}, "/no/such/folder/value.pt"), InputError);
}

}  // namespace graphwitness::exec
