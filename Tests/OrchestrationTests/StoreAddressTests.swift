import Basics
import StackModel
import Testing

@testable import Orchestration

@Suite("The address of a vault")
struct StoreAddressTests {
    @Test("says every place a store can be, and is read as it is written")
    func roundTrip() throws {
        let places: [(Store.Location, String)] = [
            (.directory("/var/backups"), "/var/backups"),
            (
                .s3(endpoint: "https://s3.example.com", bucket: "shop", region: "eu-central-1", prefix: nil),
                "s3://s3.example.com/shop?region=eu-central-1"
            ),
            (
                .s3(endpoint: "http://127.0.0.1:9000", bucket: "shop", region: "us-east-1", prefix: "a/b"),
                "s3+http://127.0.0.1:9000/shop/a/b?region=us-east-1"
            ),
            (
                .sftp(host: "vault.example.com", port: 2222, user: "ada", path: "/srv/vault"),
                "sftp://ada@vault.example.com:2222/srv/vault"
            ),
            (.sftp(host: "::1", port: 2222, user: "ada", path: "/srv"), "sftp://ada@[::1]:2222/srv"),
        ]
        for (location, text) in places {
            #expect(StoreAddress(location).description == text)
            #expect(try StoreAddress(text, relativeTo: "/here").location == location)
        }
    }

    @Test("has defaults, and starts from the folder where it is typed")
    func short() throws {
        #expect(try StoreAddress("vault", relativeTo: "/here").location == .directory("/here/vault"))
        #expect(try StoreAddress("file:///srv/vault", relativeTo: "/here").location == .directory("/srv/vault"))
        let bucket = Store.Location.s3(endpoint: "https://s3.io", bucket: "b", region: "us-east-1", prefix: nil)
        #expect(try StoreAddress("s3://s3.io/b", relativeTo: "/").location == bucket)
        let server = Store.Location.sftp(host: "h", port: 22, user: "u", path: "/p")
        #expect(try StoreAddress("sftp://u@h/p", relativeTo: "/").location == server)
        let sixth = Store.Location.sftp(host: "::1", port: 22, user: "u", path: "/p")
        #expect(try StoreAddress("sftp://u@[::1]/p", relativeTo: "/").location == sixth)
    }

    @Test(
        "that makes no sense is refused, also where it holds a password",
        arguments: [
            "", "file://host", "ftp://h/p", "s3://host", "s3://key:secret@host/bucket", "s3://h/b?acl=x", "sftp://h/p",
            "sftp://u:secret@h/p", "sftp://u@h:0/p", "sftp://u@h",
        ]
    )
    func refused(_ text: String) {
        let error = #expect(throws: ReportableError.self) { try StoreAddress(text, relativeTo: "/here") }
        #expect(error?.code == .usage)
    }
}
