// What the machine can do with pictures that are made smaller: `resize_floor THREADS LIST OUT`. LIST has one path a
// line. Each thread takes the next picture: read, decode with libjpeg-turbo, scale the shorter edge to 256 by area,
// encode at quality 95, 4:2:0, write behind what the others wrote; one sync. No order, no checks, no digests, no lists.
#include <fcntl.h>
#include <sys/stat.h>
#include <turbojpeg.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <opencv2/imgproc.hpp>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr int kEdge = 256;
constexpr int kQuality = 95;

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

/// One thread's handles and buffers, used again for every picture.
class Fitter {
 public:
  Fitter() : decoder_(tjInitDecompress()), encoder_(tjInitCompress()) {}
  ~Fitter() {
    tjDestroy(decoder_);
    tjDestroy(encoder_);
  }
  Fitter(const Fitter&) = delete;
  Fitter& operator=(const Fitter&) = delete;

  void fit(const std::string& path, int out, std::atomic<off_t>& end) {
    read(path);
    int width = 0;
    int height = 0;
    int sampling = 0;
    int colours = 0;
    const auto* bytes = reinterpret_cast<const unsigned char*>(file_.data());
    if (tjDecompressHeader3(decoder_, bytes, file_.size(), &width, &height, &sampling, &colours) != 0) fail("header");
    pixels_.create(height, width, CV_8UC3);
    if (tjDecompress2(decoder_, bytes, file_.size(), pixels_.data, width, 0, height, TJPF_RGB, 0) != 0) fail("decode");
    const double scale = static_cast<double>(kEdge) / std::min(width, height);
    const cv::Size size(static_cast<int>(width * scale + 0.5), static_cast<int>(height * scale + 0.5));
    cv::resize(pixels_, scaled_, size, 0, 0, cv::INTER_AREA);
    unsigned long made = tjBufSize(size.width, size.height, TJSAMP_420);
    if (jpeg_.size() < made) jpeg_.resize(made);
    unsigned char* to = jpeg_.data();
    if (tjCompress2(encoder_, scaled_.data, size.width, 0, size.height, TJPF_RGB, &to, &made, TJSAMP_420, kQuality,
                    TJFLAG_NOREALLOC) != 0)
      fail("encode");
    if (::pwrite(out, jpeg_.data(), made, end.fetch_add(static_cast<off_t>(made))) != static_cast<ssize_t>(made))
      fail("write");
  }

 private:
  void read(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDONLY);
    struct stat info {};
    if (fd < 0 || ::fstat(fd, &info) != 0) fail("open");
    file_.resize(static_cast<std::size_t>(info.st_size));
    if (::read(fd, file_.data(), file_.size()) != info.st_size) fail("read");
    ::close(fd);
  }
  tjhandle decoder_;
  tjhandle encoder_;
  std::vector<char> file_;
  cv::Mat pixels_;
  cv::Mat scaled_;
  std::vector<unsigned char> jpeg_;
};

}  // namespace

int main(int words, char** word) {
  if (words != 4) {
    std::fputs("usage: resize_floor THREADS LIST OUT\n", stderr);
    return 2;
  }
  cv::setNumThreads(1);  // the threads are ours
  std::vector<std::string> paths;
  std::ifstream list(word[2]);
  for (std::string line; std::getline(list, line);) paths.push_back(line);
  const int out = ::open(word[3], O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (out < 0) fail("create");
  std::atomic<std::size_t> next = 0;
  std::atomic<off_t> end = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < std::atoi(word[1]); ++i)
      threads.emplace_back([&] {
        Fitter fitter;
        for (std::size_t at = next++; at < paths.size(); at = next++) fitter.fit(paths[at], out, end);
      });
  }
  if (::fsync(out) != 0) fail("fsync");
}
