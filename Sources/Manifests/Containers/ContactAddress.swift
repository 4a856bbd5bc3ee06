import Basics
import StackModel

/// Where containers find the addresses of webhooks that no rendered file may show: each in a file below `secrets/`.
/// Alertmanager reads such files from 0.26 on (`url_file`).
extension Contact {
    /// Nil for an address that everybody may read. No secret has a dot in its name.
    var addressFile: String? {
        switch way {
        case .webhook: return isHandedOn == true ? "contact.\(name).url" : nil
        case .secretWebhook(let url):
            guard case .secret(let secret, .value)? = url.segments.first, url.segments.count == 1 else {
                return "contact.\(name).url"
            }
            return secret.text
        case .email, .slack, .pagerDuty: return nil
        }
    }

    /// The file that `secrets.sh` fills in for the address; nil where there is none to be filled in.
    fileprivate var filledAddress: RenderedFile? {
        guard case .secretWebhook(let url) = way, url.segments.count > 1, let addressFile else { return nil }
        return RenderedFile(path: "\(SecretFiles.folder)/\(addressFile)", content: url)
    }
}

extension Stack {
    /// The files below `secrets/` that Alertmanager reads. Sorted.
    var contactFiles: [String] {
        Set((contacts ?? []).flatMap { [$0.secret?.text, $0.addressFile].compactMap { $0 } }).sorted()
    }

    var filledAddresses: [RenderedFile] { (contacts ?? []).compactMap(\.filledAddress) }

    /// The addresses that are asked for where the stack is started.
    var handedOnAddresses: [HandedOnValue] {
        (contacts ?? []).filter { $0.isHandedOn == true }.compactMap { contact in
            contact.addressFile.map { file in
                let name = contact.name.text.uppercased().replacing("-", with: "_")
                return HandedOnValue(file: file, variable: "CONTACT_\(name)_URL")
            }
        }
    }
}

/// What contacts need and a container cannot give them.
enum ContactOmissions {
    static func list(of stack: Stack) -> [Omission] {
        guard stack.alertmanager != nil else { return [] }
        return (stack.contacts ?? []).compactMap { contact in
            let place: (key: [String], address: String)
            switch contact.way {
            case .email(_, _, let smarthost, _, _): place = (["email", "smarthost"], smarthost)
            case .webhook(let url) where contact.isHandedOn != true: place = (["webhook", "url"], url)
            case .webhook, .secretWebhook, .slack, .pagerDuty: return nil
            }
            guard isHere(place.address) else { return nil }
            return Omission(
                key: ["contacts", contact.name.text] + place.key,
                meaning: "in a container localhost is the container itself, so nobody is told",
                remedy: "Name the machine under the environment."
            )
        }
    }

    /// `localhost:25`, `http://127.0.0.1/alerts`.
    static func isHere(_ address: String) -> Bool {
        let authority = address.firstRange(of: "://").map { address[$0.upperBound...] } ?? address[...]
        return ["localhost", "127.0.0.1", "[::1]"].contains { host in
            guard authority.hasPrefix(host) else { return false }
            let next = authority.dropFirst(host.count).first
            return next == nil || next == ":" || next == "/" || next == "?"
        }
    }
}
