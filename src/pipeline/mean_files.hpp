// The mean of the training part as the two files frameworks read: mean.csv (R,G,B) and Caffe's mean.binaryproto
// (B,G,R).
#pragma once

#include <string>

namespace ava::pipeline {

/// Units: 0..255 per channel.
struct ChannelMean {
  double b = 0;
  double g = 0;
  double r = 0;
};

std::string mean_csv(const ChannelMean& mean);
/// caffe.BlobProto, 1x3x1x1. Source: formats.md 9.
std::string mean_binaryproto(const ChannelMean& mean);

}  // namespace ava::pipeline
