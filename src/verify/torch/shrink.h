#pragma once
/// Makes a witness small: as few changed elements and sizes as can be found, and simple numbers in their places.
///
/// Greedy, so what comes out is small but not always the smallest.

#include <functional>

#include "verify/torch/inputs.h"

namespace graphwitness::verify::worker {

/// Whether these inputs are still a witness. False too when the time is up.
using StillWitness = std::function<bool(const Leaves&)>;

/// Of the example's shapes.
Leaves shrink_elements(const Leaves& example, Leaves witness, const Harvest& harvest, const StillWitness& still);
/// Of other shapes: fewer and smaller changes of sizes, plainer data.
Leaves shrink_shapes(const Leaves& example, Leaves witness, const StillWitness& still);

}  // namespace graphwitness::verify::worker
