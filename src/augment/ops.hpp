// Every operation, a line each: defined in the file of its name, listed in all.cpp.
#pragma once

#include "augment/op.hpp"

namespace ava::augment {

// geometric
const Op& flip();
const Op& flop();
const Op& rotate();
// sets
const Op& one_of();
const Op& some_of();
const Op& sequence();

}  // namespace ava::augment
