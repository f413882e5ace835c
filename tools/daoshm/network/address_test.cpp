#include "network/address.hpp"

#include <gtest/gtest.h>

#include "text/exit_code.hpp"

namespace daoshm
{

namespace
{

std::string parsed(const std::string &text)
{
    const std::optional<Address> address = parse_address(text);
    return address ? address_text(*address) : "none";
}

TEST(Address, HostPortAndSegmentAreTold)
{
    EXPECT_EQ(parsed("host:wfs"), "host:5555:wfs");
    EXPECT_EQ(parsed("host.example.org:wfs"), "host.example.org:5555:wfs");
    EXPECT_EQ(parsed("10.0.0.1:6000:wfs"), "10.0.0.1:6000:wfs");
    EXPECT_EQ(parsed("host:6000"), "host:6000");
    EXPECT_EQ(parsed("[fe80::1%eth0]:6000:wfs"), "[fe80::1%eth0]:6000:wfs");
    EXPECT_EQ(parsed("[::1]:wfs"), "[::1]:5555:wfs");
    EXPECT_EQ(parsed("host:w:f:s"), "host:5555:w:f:s");
    EXPECT_EQ(parsed("host:5555a:wfs"), "host:5555:5555a:wfs");
    EXPECT_EQ(parsed("host:1:70000"), "host:1:70000");
}

TEST(Address, NumbersThatAreNoPortAreRefused)
{
    for (const std::string port : {"0", "70000", "99999", " 5555", "5555 ", "+5555", "-1", "00000000005555"})
        for (const std::string &text : {"host:" + port, "host:" + port + ":wfs", "[::1]:" + port + ":wfs"})
            try
            {
                const std::string found = parsed(text);
                ADD_FAILURE() << text << " is " << found;
            }
            catch (const ToolError &error)
            {
                EXPECT_EQ(error.code(), exit_usage);
                EXPECT_NE(std::string(error.what()).find("'" + port + "'"), std::string::npos) << error.what();
            }
    EXPECT_THROW(parse_address("tcp://host:5555:wfs"), ToolError);
    EXPECT_THROW(parse_publisher("tcp://host"), ToolError);
}

TEST(Address, PathsAndDrivesAreNone)
{
    for (const char *text : {"wfs", "/tmp/wfs.im.shm", "/tmp/a:b", "./a:b", "c:wfs", "C:\\wfs", ":wfs",
                             "host:", "host:6000:", "", "a b:wfs", "[::1", "[]:wfs", "~/x:y", "..\\a:b"})
        EXPECT_EQ(parsed(text), "none") << text;
}

TEST(Address, APublisherMayBeAHostAlone)
{
    EXPECT_EQ(address_text(parse_publisher("host")), "host:5555");
    EXPECT_EQ(address_text(parse_publisher("[::1]")), "[::1]:5555");
    EXPECT_EQ(address_text(parse_publisher("host:7:wfs")), "host:7:wfs");
    for (const std::string address : {"::1", "fe80::1%eth0", "::ffff:10.0.0.1", "1:2:3:4:5:6:7:8"})
        EXPECT_EQ(address_text(parse_publisher(address)), "[" + address + "]:5555");
    EXPECT_EQ(address_text(parse_publisher("host::wfs")), "host:5555::wfs");
    EXPECT_EQ(address_text(parse_publisher("abc:7:5")), "abc:7:5");
    EXPECT_THROW(parse_publisher("/tmp/wfs"), ToolError);
    EXPECT_THROW(parse_publisher(""), ToolError);
}

}

}
