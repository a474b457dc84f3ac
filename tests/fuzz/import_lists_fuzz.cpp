// Lists with one picture a line: MXNet's, Caffe's, AVA's own.
#include "imports.hpp"

void ava::fuzz::one_input(std::string_view bytes) {
  static Import imports[] = {Import("mxnet"), Import("caffe"), Import("list")};
  std::string_view rest = bytes;
  imports[choice(rest, std::size(imports))].run(bytes);
}
