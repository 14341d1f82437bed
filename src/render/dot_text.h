#pragma once
/// A view as DOT; style.h has the colours. What is laid out is read from this text, too, so that both are one picture.

#include <string>

#include "render/view.h"

namespace graphwitness::picture {

std::string dot_text(const View& view);

}  // namespace graphwitness::picture
