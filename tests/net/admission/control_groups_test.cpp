#define CAF_SUITE control_groups_test

#include "atrium/net/admission/control_groups.hpp"

#include "caf/test/unit_test.hpp"

#include <filesystem>
#include <fstream>

using namespace atrium;

namespace {

/// A machine's /proc and /sys, made of files.
struct fixture {
  fixture() {
    auto name = (std::filesystem::temp_directory_path() / "atrium-groups-XXXXXX").string();
    CAF_REQUIRE(::mkdtemp(name.data()) != nullptr);
    root = name;
  }

  ~fixture() {
    std::filesystem::remove_all(root);
  }

  void write(const std::string& path, const std::string& text) {
    auto where = std::filesystem::path{root + path};
    std::filesystem::create_directories(where.parent_path());
    std::ofstream{where} << text << '\n';
  }

  control_groups groups() const {
    return control_groups{root};
  }

  std::string root;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(control_groups_tests, fixture)

CAF_TEST(without groups there is no limit) {
  CAF_CHECK_EQUAL(groups().memory(), control_groups::no_limit);
  CAF_CHECK_EQUAL(groups().processors(), 0.0);
  CAF_CHECK(usable_processors(groups()) >= 1);
}

CAF_TEST(version 2 limits a group by those around it) {
  write("/proc/self/cgroup", "0::/kube/pod/node");
  write("/sys/fs/cgroup/kube/pod/node/cpu.max", "max 100000");
  write("/sys/fs/cgroup/kube/pod/cpu.max", "150000 100000");
  write("/sys/fs/cgroup/kube/cpu.max", "800000 100000");
  write("/sys/fs/cgroup/kube/pod/node/memory.max", "max");
  write("/sys/fs/cgroup/kube/memory.max", "1000000");
  CAF_CHECK_EQUAL(groups().processors(), 1.5);
  CAF_CHECK_EQUAL(groups().memory(), 1'000'000U);
}

CAF_TEST(a container sees its own group as the root) {
  write("/proc/self/cgroup", "0::/");
  write("/sys/fs/cgroup/cpu.max", "50000 100000");
  write("/sys/fs/cgroup/memory.max", "77");
  CAF_CHECK_EQUAL(groups().processors(), 0.5);
  CAF_CHECK_EQUAL(groups().memory(), 77U);
  CAF_CHECK_EQUAL(usable_processors(groups()), 1U);
}

CAF_TEST(version 1 has a hierarchy for each controller) {
  write("/proc/self/cgroup", "4:memory:/docker/x\n3:cpu,cpuacct:/docker/x\n2:cpuset:/other");
  write("/sys/fs/cgroup/cpu/docker/x/cpu.cfs_quota_us", "-1");
  write("/sys/fs/cgroup/cpu/docker/x/cpu.cfs_period_us", "100000");
  write("/sys/fs/cgroup/cpu/docker/cpu.cfs_quota_us", "200000");
  write("/sys/fs/cgroup/cpu/docker/cpu.cfs_period_us", "100000");
  write("/sys/fs/cgroup/memory/docker/x/memory.limit_in_bytes", "9223372036854771712");
  write("/sys/fs/cgroup/memory/memory.limit_in_bytes", "5000");
  CAF_CHECK_EQUAL(groups().processors(), 2.0);
  CAF_CHECK_EQUAL(groups().memory(), 5'000U);
}

CAF_TEST(a quota larger than the machine changes nothing) {
  auto machine = usable_processors(groups());
  write("/proc/self/cgroup", "0::/");
  write("/sys/fs/cgroup/cpu.max", "100000000 100000");
  CAF_CHECK_EQUAL(usable_processors(groups()), machine);
}

CAF_TEST_FIXTURE_SCOPE_END()
