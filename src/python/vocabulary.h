#pragma once
/// What names of PyTorch and of Python mean for a recording: which read what, and which the trace does not follow.

#include <cstdint>
#include <string_view>

#include "python/values.h"

namespace graphwitness::python {

/// What reading an attribute or calling a method of a tensor gives.
enum class Read : std::uint8_t {
  unknown,   ///< a tensor, or something of no interest
  shape,     ///< a torch.Size
  size,      ///< a number the trace follows
  property,  ///< a Python value that hangs on `label`
  number,    ///< elements as Python numbers
  array,     ///< memory that the trace does not see
  storage,   ///< the same, by its bytes
  copy,      ///< a tensor made from elements, a constant in the trace
  resize,    ///< the result is a constant
};
struct Meaning {
  Read read = Read::unknown;
  Label label = Label::data;
};
Meaning attribute_of_tensor(std::string_view name);
Meaning method_of_tensor(std::string_view name);

/// A function by its full name ("torch.tensor", "math.sqrt").
enum class Callee : std::uint8_t {
  unknown,
  torch,        ///< records operations, gives tensors
  convolution,  ///< records operations; sizes among its arguments become constants
  constant,     ///< makes a constant of what it is given
  sharing,      ///< shares memory behind the trace's back
  copy,         ///< copy.copy, copy.deepcopy
  predicate,    ///< gives a Python bool from elements
  property,     ///< gives a Python value that hangs on a dtype
  limits,       ///< torch.finfo, torch.iinfo
  default_dtype,
  tracing,    ///< asks whether the code is being traced
  exporting,  ///< asks whether the code is being exported to ONNX
  mode,       ///< asks for a global mode
  outside,    ///< asks the process or the machine: environment variables, the clock
  reduce,     ///< functools.reduce
  gradient,   ///< runs autograd
  assertion,  ///< torch._assert
  numel,
  math,  ///< Python's own arithmetic: math.sqrt
  numpy,
  random,  ///< random numbers of Python or NumPy, which a trace does not draw
  quiet,   ///< print, logging, warnings
  none,    ///< nothing to do with tensors
};
Callee callee(std::string_view full_name);

/// What an attribute of a module is part of that no input tells and that code outside of the model sets: "os.environ";
/// "" for any other. The text lives as long as the program.
std::string_view outside_state(std::string_view full_name);
/// What a context manager of PyTorch switches, as it is written: "torch.no_grad()"; "" for any other.
std::string_view switched_gradients(std::string_view full_name);

/// A parameter that functions of `torch.nn.functional` hand on as a Python float.
bool is_float_parameter(std::string_view name);
/// A method or attribute that only tensors have, so that whatever has it is one.
bool is_of_tensors_only(std::string_view name);
/// A method of Python's and NumPy's random generators, and of nothing that PyTorch has.
bool draws_number(std::string_view name);
/// A method of lists and dictionaries that changes them.
bool changes_container(std::string_view name);

}  // namespace graphwitness::python
