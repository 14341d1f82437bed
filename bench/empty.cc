// What every program costs; with LibTorch linked in, what every program costs that is linked with it (table.py).
#ifdef GRAPHWITNESS_WITH_TORCH
#include <ATen/core/ivalue.h>
#endif

int main() {
#ifdef GRAPHWITNESS_WITH_TORCH
  return c10::IValue(0).isInt() ? 0 : 1;
#else
  return 0;
#endif
}
