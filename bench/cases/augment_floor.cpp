// What the machine can do with pictures that are turned, mirrored and cut: `augment_floor THREADS LIST OUT_DIR COPIES`.
// LIST has one path a line. Each thread takes the next picture, decodes it once, and for every copy draws an angle of
// 15 degrees, a mirroring and a cut of 80 to 100 %, moves five boxes, warps once, encodes at quality 95, 4:2:0, and
// writes a file. No order, no checks, no digests, no list.
#include <turbojpeg.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <opencv2/imgproc.hpp>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace {

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

/// Turn around the centre, mirror, cut: one matrix, and the size of what is left.
cv::Matx23d draw_matrix(std::mt19937_64& random, int width, int height, cv::Size& size) {
  std::uniform_real_distribution<double> unit(0, 1);
  const cv::Matx23d turn = cv::getRotationMatrix2D({width / 2.F, height / 2.F}, unit(random) * 30 - 15, 1);
  const bool mirror = unit(random) < 0.5;
  const double side = std::sqrt(0.8 + 0.2 * unit(random));
  size = {static_cast<int>(width * side), static_cast<int>(height * side)};
  const double x = unit(random) * (width - size.width);
  const double y = unit(random) * (height - size.height);
  const double sign = mirror ? -1 : 1;
  return {sign * turn(0, 0), sign * turn(0, 1), sign * turn(0, 2) + (mirror ? width : 0) - x,
          turn(1, 0),        turn(1, 1),        turn(1, 2) - y};
}

/// One thread's handles and buffers, used again for every picture.
class Augmenter {
 public:
  Augmenter() : decoder_(tjInitDecompress()), encoder_(tjInitCompress()) {}
  ~Augmenter() {
    tjDestroy(decoder_);
    tjDestroy(encoder_);
  }
  Augmenter(const Augmenter&) = delete;
  Augmenter& operator=(const Augmenter&) = delete;

  void augment(const std::string& path, const std::string& to, int copies, std::size_t number) {
    decode(path);
    std::mt19937_64 random(number);
    for (int copy = 0; copy < copies; ++copy) {
      cv::Size size;
      const cv::Matx23d matrix = draw_matrix(random, pixels_.cols, pixels_.rows, size);
      cv::warpAffine(pixels_, warped_, matrix, size, cv::INTER_LINEAR, cv::BORDER_CONSTANT);
      for (auto& box : boxes_)
        for (auto& corner : box) moved_ += (matrix * cv::Vec3d(corner.x, corner.y, 1))[0];
      write(to + "/" + std::to_string(number) + "-" + std::to_string(copy) + ".jpg");
    }
  }
  double moved() const { return moved_; }

 private:
  void decode(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    const std::vector<char> file{std::istreambuf_iterator<char>(in), {}};
    const auto* bytes = reinterpret_cast<const unsigned char*>(file.data());
    int width = 0;
    int height = 0;
    int sampling = 0;
    int colours = 0;
    if (tjDecompressHeader3(decoder_, bytes, file.size(), &width, &height, &sampling, &colours) != 0) fail("header");
    pixels_.create(height, width, CV_8UC3);
    if (tjDecompress2(decoder_, bytes, file.size(), pixels_.data, width, 0, height, TJPF_RGB, 0) != 0) fail("decode");
  }
  void write(const std::string& path) {
    unsigned long made = tjBufSize(warped_.cols, warped_.rows, TJSAMP_420);
    if (jpeg_.size() < made) jpeg_.resize(made);
    unsigned char* to = jpeg_.data();
    if (tjCompress2(encoder_, warped_.data, warped_.cols, 0, warped_.rows, TJPF_RGB, &to, &made, TJSAMP_420, 95,
                    TJFLAG_NOREALLOC) != 0)
      fail("encode");
    std::FILE* out = std::fopen(path.c_str(), "wb");
    if (out == nullptr || std::fwrite(jpeg_.data(), 1, made, out) != made || std::fclose(out) != 0) fail("write");
  }
  tjhandle decoder_;
  tjhandle encoder_;
  cv::Mat pixels_;
  cv::Mat warped_;
  std::vector<unsigned char> jpeg_;
  std::array<std::array<cv::Point2d, 4>, 5> boxes_{};
  double moved_ = 0;
};

}  // namespace

int main(int words, char** word) {
  if (words != 5) {
    std::fputs("usage: augment_floor THREADS LIST OUT_DIR COPIES\n", stderr);
    return 2;
  }
  cv::setNumThreads(1);  // the threads are ours
  std::vector<std::string> paths;
  std::ifstream list(word[2]);
  for (std::string line; std::getline(list, line);) paths.push_back(line);
  std::atomic<std::size_t> next = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < std::atoi(word[1]); ++i)
    threads.emplace_back([&] {
      Augmenter augmenter;
      for (std::size_t at = next++; at < paths.size(); at = next++)
        augmenter.augment(paths[at], word[3], std::atoi(word[4]), at);
    });
}
