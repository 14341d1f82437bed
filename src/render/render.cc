#include "graphwitness/render/render.h"

#include "render/draw.h"
#include "render/view.h"

namespace graphwitness {

Picture render(const Graph& graph, const RenderOptions& options) {
  const picture::View view = picture::make_view(graph, options);
  Picture picture{.bytes = {}, .remarks = view.notes};
  picture.bytes = picture::draw(view, options.format, picture.remarks);
  return picture;
}

}  // namespace graphwitness
