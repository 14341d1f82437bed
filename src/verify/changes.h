#pragma once
/// What a witness changes against the example, in words.

#include <span>
#include <string>
#include <vector>

#include "exec/messages.h"

namespace graphwitness::verify {

/// "`x`[0, 3] from 0.2 to -5", at most `most` lines, and then how many more. `names` are those of the parameters.
std::vector<std::string> changes(std::span<const exec::Argument> example, std::span<const exec::Argument> witness,
                                 std::span<const std::string> names, std::size_t most = 8);

/// One element of a tensor, as a number for people.
std::string spell_element(const exec::Tensor& tensor, std::size_t index);

}  // namespace graphwitness::verify
