#pragma once
/// Whether a run has changed the model that it ran: tells if the next sample needs a freshly loaded one.
///
/// Limits: counts on LibTorch's version counters, so a program that can write around them (`x.data`) must be taken for
/// one that changes itself; objects of custom (C++) classes are taken to be constant.

#include <ATen/core/ivalue.h>  // first: clang cannot read module.h without
#include <torch/csrc/jit/api/module.h>

#include <cstdint>
#include <vector>

namespace graphwitness::exec::worker {

/// Equal before and after a run that has changed nothing.
std::vector<std::uint64_t> fingerprint(const torch::jit::Module& model);

/// Whether any function of the model may change tensors without their version counters taking note.
bool writes_unseen(const torch::jit::Module& model);

}  // namespace graphwitness::exec::worker
