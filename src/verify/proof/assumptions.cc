#include "verify/proof/assumptions.h"

namespace graphwitness::proof {

std::string_view text_of(Assumption assumption) {
  switch (assumption) {
    case Assumption::rank:
      return "ranks: the inputs have as many dimensions as the example's";
    case Assumption::dtype:
      return "dtypes: the inputs and parameters keep the dtypes of the example and of the archives";
    case Assumption::strides:
      return "strides: the inputs are contiguous, as the example's";
    case Assumption::device:
      return "device: everything is on the CPU";
    case Assumption::gradient:
      return "gradient mode: the models run under `torch.no_grad()` and without autocast";
    case Assumption::training:
      return "training mode: the models stay in the mode in which the archives were saved";
    case Assumption::arguments:
      return "non-tensor arguments: numbers, flags, strings, `None` and lengths of containers are the example's";
    case Assumption::attributes:
      return "attributes: nobody sets attributes of the modules after loading";
    case Assumption::memory:
      break;
  }
  return "memory: no two inputs share memory";
}

}  // namespace graphwitness::proof
