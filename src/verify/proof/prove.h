#pragma once
/// The proof: whether a scripted graph and a trace of it compute the same, for all inputs of a scope.
///
/// Both are evaluated into one table of terms. Proved means: the outputs are the same terms over the same inputs and
/// parameters, in the same structure; the inputs are left the same; and all that may raise an error in one does so in
/// the other. Nothing is run. What is not understood is not proved.
///
/// Limits: rounding aside, a term stands for what LibTorch computes; two runs of one operation are held equal.

#include <span>
#include <string>
#include <vector>

#include "exec/messages.h"
#include "graphwitness/ir/graph.h"
#include "verify/proof/assumptions.h"
#include "verify/proof/contents.h"
#include "verify/proof/evaluator.h"

namespace graphwitness::proof {

struct Proof {
  bool proved = false;
  std::vector<Assumption> assumptions{};  ///< of a proof
  std::vector<std::string> reasons{};     ///< why there is none; for people
};

/// The contents may be used for several proofs about the same graphs.
Proof prove(const Graph& scripted, const Graph& traced, const std::string& method,
            std::span<const exec::Argument> example, Scope scope, Contents& contents);

}  // namespace graphwitness::proof
