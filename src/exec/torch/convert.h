#pragma once
/// Values between this house and LibTorch.
///
/// Limits: sparse and quantised tensors come out as dense ones of the numbers that they stand for; objects of classes,
/// devices and other things that have no value of ours come out as `opaque`.

#include <ATen/core/ivalue.h>
#include <ATen/core/jit_type.h>

#include "exec/value.h"

namespace graphwitness::exec::worker {

/// Throws InputError for what is nested too deep.
Value from_torch(const c10::IValue& value);

/// As this type takes it: the elements of lists and dicts get their types, an int becomes a float where one is
/// expected. Whether it fits is for the caller to see. Tensors are copies. Null: any type.
c10::IValue to_torch(const Value& value, const c10::TypePtr& expected, at::Device device = at::kCPU);

}  // namespace graphwitness::exec::worker
