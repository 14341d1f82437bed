#pragma once
/// Tensors that stand in the code as `CONSTANTS.cN`: literals of the IR for LibTorch's stand-ins.

#include <unordered_map>

#include "frontends/torchscript/worker/libtorch.h"
#include "frontends/torchscript/worker/program.h"
#include "frontends/torchscript/worker/stored_tensors.h"
#include "graphwitness/ir/builder.h"

namespace graphwitness::torchscript {

class ConstantTensors {
 public:
  struct Constant {
    LiteralId literal{};
    TypeId type{};
  };

  ConstantTensors(Archive& archive, const Pickle& constants, const Program& program, GraphBuilder& builder)
      : program_(program), builder_(builder), tensors_(archive, constants, "constants", builder) {}

  Constant operator()(const at::Tensor& stand_in);

 private:
  const Program& program_;
  GraphBuilder& builder_;
  StoredTensors tensors_;
  std::unordered_map<std::uint32_t, Constant> known_;
};

}  // namespace graphwitness::torchscript
