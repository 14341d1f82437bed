#pragma once
/// A worker's side of the talk with this program: the request on standard input, answers to file descriptor 3.

#include <string_view>

#include "exec/messages.h"

namespace graphwitness::exec::worker {

/// What the parent has put behind standard input; stays mapped until the end. Throws InputError.
std::string_view standard_input();

/// Throws InputError when the parent takes no more.
void answer(const RunAnswer& answer);
void answer(SampleResult result);

}  // namespace graphwitness::exec::worker
