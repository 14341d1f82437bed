#include "frontends/torchscript/worker/constant_tensors.h"

namespace graphwitness::torchscript {

ConstantTensors::Constant ConstantTensors::operator()(const at::Tensor& stand_in) {
  const ItemId item = program_.constant_of(stand_in);
  if (!item) return {.literal = builder_.opaque("a tensor"), .type = builder_.tensor_type(DType::unknown)};
  const auto [entry, fresh] = known_.try_emplace(item.raw);
  if (!fresh) return entry->second;
  const StoredTensor tensor = tensors_.describe(item);
  const std::string name = tensor.record.empty() ? "" : tensor.record;
  return entry->second = {.literal = builder_.tensor(tensors_.add(tensor, name, true)), .type = tensors_.type(tensor)};
}

}  // namespace graphwitness::torchscript
